import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { print } from '../output.ts';

export default verb({
  args: CLIENT_ARGS,
  examples: [
    '$ keyward audit checkpoint --output json > checkpoint.json',
    'audit verify record.ndjson --checkpoint checkpoint.json',
  ],
  notes: 'Keep it where nobody who can write the database can write. It proves that a record was rewritten.',
  run: async (args, context) => {
    const client = await openClient(args, context);
    await print(context, args, { value: await unwrap(client.GET('/v1/audit/checkpoint')) });
  },
});
