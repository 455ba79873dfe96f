import { signedJsonIn } from '../../base/forms/repeated-names.ts';
import { checkReceipt } from '../../jobs/index.ts';
import { verb } from '../command.ts';
import { EXIT } from '../exit.ts';
import { inputFile, readInput } from '../files.ts';
import { OUTPUT_ARGS, print } from '../output.ts';

export const verify = verb({
  args: {
    file: inputFile({ type: 'positional', description: 'File with a receipt as JSON', required: true }),
    'public-key': inputFile({
      type: 'string',
      description:
        'File with the public key (PEM) of the server that you trust. Default: the key in the receipt',
    }),
    ...OUTPUT_ARGS,
  },
  examples: [
    'receipts verify receipt.json',
    'receipts verify receipt.json --public-key server.pem',
    'client receipts job_0mx3k6g92eUuXFWYgAXup --json | keyward receipts verify -',
  ],
  notes:
    'Needs no server and no key. Without --public-key it shows that the receipt was not changed, not who signed it.\n' +
    'Exit code 1: it is not valid.',
  run: async (args, context) => {
    const receipt = signedJsonIn(await readInput(context.io, args.file));
    const trusted = args['public-key'] === undefined ? [] : [await readInput(context.io, args['public-key'])];
    const check = checkReceipt(receipt, trusted);
    await print(context, args, {
      value: { ...check, is_trusted: check.valid && trusted.length > 0 },
      table: () => (check.valid ? `Valid, signed by ${check.key_id}.` : `Not valid: ${check.reason}`),
    });
    return check.valid ? EXIT.ok : EXIT.failure;
  },
});
