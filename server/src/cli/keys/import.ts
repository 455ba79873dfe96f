import type { ImportOutcome } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb, type Context } from '../command.ts';
import { EXIT } from '../exit.ts';
import { inputFile, openInput } from '../files.ts';
import { say } from '../io.ts';
import { fields, print, tableOf, type OutputChoice } from '../output.ts';

export const importKeys = verb({
  args: {
    file: inputFile({ type: 'positional', description: 'File with NDJSON, one key a line', required: true }),
    verbose: { type: 'boolean', description: 'Show every line. Default: those that were refused' },
    ...CLIENT_ARGS,
  },
  examples: [
    'keys import keys.ndjson',
    `$ echo '{"name":"old app","role":"client","secret":"…"}' | keyward keys import -`,
  ],
  notes:
    'A line has name, owner, role or scopes, and secret or sha256 (the SHA-256 of the text of the key, 64 hex characters).\n' +
    'A bad line is reported and stops nothing. The import is idempotent. Exit code 1: a line was refused.',
  run: async (args, context) => {
    const source = await openInput(context.io, args.file);
    const client = await openClient(args, context);
    const outcomes: ImportOutcome[] = [];
    try {
      for await (const outcome of client.importKeys(source)) outcomes.push(outcome);
    } catch (error) {
      // Keys that were reported are stored: the report says how far the import came.
      await report(context, args, outcomes);
      throw error;
    }
    return report(context, args, outcomes);
  },
});

async function report(
  context: Context,
  choice: OutputChoice & { verbose?: boolean | undefined },
  outcomes: ImportOutcome[],
): Promise<number> {
  const having = (outcome: ImportOutcome['outcome']): ImportOutcome[] =>
    outcomes.filter((item) => item.outcome === outcome);
  const [imported, existing, refused] = [having('imported'), having('exists'), having('refused')];
  const shown = choice.verbose === true ? outcomes : refused;
  const counts = { imported: imported.length, existing: existing.length, refused: refused.length };
  await print(context, choice, {
    value: { ...counts, outcomes: shown },
    table: () =>
      shown.length === 0 ? '' : tableOf(shown, fields('line', 'outcome', 'key_id', 'code', 'detail')),
  });
  say(
    context.io,
    `${counts.imported} imported, ${counts.existing} already there, ${counts.refused} refused.`,
  );
  return refused.length === 0 ? EXIT.ok : EXIT.failure;
}
