import { verb } from '../command.ts';
import { EXIT } from '../exit.ts';
import { say } from '../io.ts';
import { OUTPUT_ARGS, print } from '../output.ts';
import { findProcess } from './pid-file.ts';

export default verb({
  args: OUTPUT_ARGS,
  examples: ['status'],
  notes: 'Exit code 0: the server is ready. 1: it is not ready. 7: no server runs.',
  run: async (args, context) => {
    const { config, io } = context;
    const running = await findProcess(config.dataDir);
    if (running === undefined) {
      say(io, `No server of ${config.dataDir} runs. keyward up`);
      await print(context, args, { value: { status: 'stopped', data_dir: config.dataDir } });
      return EXIT.unreachable;
    }
    const { health, localClient, readiness } = await import('./probe.ts');
    const { pid, url, started_at } = running;
    const client = localClient(config, url);
    const [alive, state] = await Promise.all([health(client), readiness(client)]);
    const status = alive === undefined ? 'unresponsive' : state?.ready === true ? 'ready' : 'not_ready';
    const { local_model, ...parts } = state?.parts ?? {};
    await print(context, args, {
      value: {
        status,
        url,
        pid,
        version: alive?.version ?? running.version,
        started_at,
        data_dir: config.dataDir,
        parts,
        local_model: local_model?.detail ?? (alive === undefined ? 'unknown' : 'off'),
      },
    });
    return status === 'ready' ? EXIT.ok : EXIT.failure;
  },
});
