import { setTimeout as sleep } from 'node:timers/promises';
import { verb } from '../command.ts';
import { CliError } from '../exit.ts';
import { say } from '../io.ts';
import { OUTPUT_ARGS, print } from '../output.ts';
import { findProcess, removePidFile } from './pid-file.ts';

/** Requests that run may take 30 s; the rest is for writing down what they used. */
const WAIT_MS = 35_000;
const LOOK_MS = 50;

export default verb({
  args: OUTPUT_ARGS,
  examples: ['down'],
  notes: 'Running requests may finish, for 30 s at most. Exit code 0, also if no server runs.',
  run: async (args, context) => {
    const { io, config } = context;
    const running = await findProcess(config.dataDir);
    if (running === undefined) {
      say(io, `No server of ${config.dataDir} runs.`);
      return print(context, args, { value: { status: 'stopped', pid: null } });
    }
    const { pid, url } = running;
    say(io, `Stopping the server at ${url} (process ${pid}); running requests may finish, for 30 s at most.`);
    process.kill(pid, 'SIGTERM');
    for (const endMs = performance.now() + WAIT_MS; performance.now() < endMs;) {
      if ((await findProcess(config.dataDir)) === undefined) {
        await removePidFile(config.dataDir, pid);
        return print(context, args, { value: { status: 'stopped', pid } });
      }
      await sleep(LOOK_MS);
    }
    throw new CliError(`The server (process ${pid}) has not stopped within ${WAIT_MS / 1000} s.`, {
      hint: 'Killing it loses nothing that was acknowledged.',
      example: `kill -9 ${pid}`,
    });
  },
});
