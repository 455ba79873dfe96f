import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { EXIT } from '../exit.ts';
import { print, tableText } from '../output.ts';
import { UPSTREAM_ID_ARG, upstreamId } from './settings.ts';

export default verb({
  args: { id: UPSTREAM_ID_ARG, ...CLIENT_ARGS },
  examples: ['upstreams test openai'],
  notes: 'Exit code 0: every step succeeded. 1: a step failed.',
  run: async (args, context) => {
    const client = await openClient(args, context);
    const call = client.POST('/v1/upstreams/{id}/test', {
      params: { path: { id: await upstreamId(client, args.id) } },
    });
    const value = await unwrap(call);
    const columns = {
      step: ({ step }: (typeof value.steps)[number]) => step,
      ok: ({ ok }: (typeof value.steps)[number]) => (ok ? 'ok' : 'FAILED'),
      ms: ({ took_ms }: (typeof value.steps)[number]) => took_ms,
      detail: ({ detail }: (typeof value.steps)[number]) => detail,
    };
    await print(context, args, { value, table: () => tableText(value.steps, columns) });
    return value.ok ? EXIT.ok : EXIT.failure;
  },
});
