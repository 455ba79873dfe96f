import { setTimeout as sleep } from 'node:timers/promises';
import { BUILD, buildOf } from '../../base/version.ts';
import type { Config } from '../../config.ts';
import { mintFirstKey } from '../../keys/index.ts';
import type { Context } from '../command.ts';
import { CliError, EXIT } from '../exit.ts';
import { say } from '../io.ts';
import type { OutputChoice } from '../output.ts';
import { logPath, startBackground, type Background } from './background.ts';
import { withCore } from './core.ts';
import { firstAnswer } from './first-answer.ts';
import { findProcess, type PidFile } from './pid-file.ts';
import { health, localClient, readiness } from './probe.ts';
import { Progress } from '../progress.ts';
import { stopServer } from './stop.ts';
import { unencryptedWarning } from './exposure.ts';
import { UpReport } from './up-report.ts';

const START_MAX_MS = 60_000;
const LOOK_MS = 50;

/** Starts the server unless it runs, and waits until it answers. @throws CliError if it dies, StartupError */
export async function up(context: Context, choice: OutputChoice): Promise<number> {
  const { config, io } = context;
  const report = new UpReport(context, choice);
  const running = await findProcess(config.dataDir);
  if (running !== undefined) {
    if (buildOf(running) === BUILD) return reportRunning(running, { config, report });
    say(io, `The server runs Keyward ${buildOf(running)}; this is ${BUILD}. It is started anew.`);
    await stopServer(context, running);
  }
  // Made here, not by the server: the secret reaches stdout alone, no log and no file.
  report.adminKey = await withCore(config, async ({ keys }) => (await mintFirstKey(keys))?.secret, {
    mayMake: true,
    waiting: {
      maxMs: config.databaseWaitMs,
      signal: io.interrupted,
      say: (line) => say(io, line),
    },
  });
  const progress = new Progress(io);
  try {
    progress.say('starting');
    const server = startBackground(config.dataDir);
    const { url } = await started(server, context, progress);
    const client = localClient(config, url, report.adminKey);
    const warning = unencryptedWarning(config);
    if (warning !== undefined) say(io, `Warning: ${warning}`);
    await report.ready({ url, pid: server.pid });
    const answer = config.localModel.enabled
      ? await firstAnswer({
          config,
          client,
          hasKey: report.adminKey !== undefined,
          progress,
          signal: io.interrupted,
          refuseDead: () => refuseDead(server, config),
        })
      : undefined;
    progress.end();
    await report.model(answer);
    return EXIT.ok;
  } catch (error) {
    if (!io.interrupted.aborted) throw error;
    say(
      io,
      'Interrupted. The server continues in the background. See keyward status, or stop it: keyward down',
    );
    return EXIT.interrupted;
  } finally {
    progress.end();
    // Also after a failure: nobody can show the key again.
    await report.end();
  }
}

/** Waits until the server has written its PID file and is ready. */
async function started(server: Background, { config, io }: Context, progress: Progress): Promise<PidFile> {
  const endMs = performance.now() + START_MAX_MS;
  let why = 'it does not listen yet';
  while (performance.now() < endMs) {
    refuseDead(server, config);
    const known = await findProcess(config.dataDir);
    if (known !== undefined) {
      const state = await readiness(localClient(config, known.url));
      if (state?.ready === true) return known;
      why = Object.entries(state?.parts ?? {})
        .filter(([name, { ok }]) => !ok && name !== 'local_model')
        .map(([name, { detail }]) => `${name}: ${detail}`)
        .join('; ');
      progress.say(`waiting for ${why}`);
    }
    await sleep(LOOK_MS, undefined, { signal: io.interrupted });
  }
  throw new CliError(`The server was started and is not ready after ${START_MAX_MS / 1000} s: ${why}.`, {
    hint: `Its log: ${logPath(config.dataDir)}. It continues to start.`,
    example: 'keyward status',
  });
}

function refuseDead(server: Background, { dataDir }: Config): void {
  const end = server.ended();
  if (end === undefined) return;
  const lines = server.lastLines().map((line) => `\n  | ${line}`);
  throw new CliError(`The server has ended (${end}). The end of ${logPath(dataDir)}:${lines.join('')}`, {
    hint: 'keyward doctor checks the installation.',
  });
}

async function reportRunning(
  running: PidFile,
  { config, report }: { config: Config; report: UpReport },
): Promise<number> {
  const client = localClient(config, running.url);
  for (const endMs = performance.now() + START_MAX_MS / 4; ; await sleep(LOOK_MS)) {
    if ((await health(client)) !== undefined) {
      const { url, pid } = running;
      report.isOld = true;
      await report.ready({ url, pid });
      await report.end();
      return EXIT.ok;
    }
    if (performance.now() > endMs) break;
  }
  throw new CliError(
    `A server of this data directory runs (process ${running.pid}) but does not answer at ${running.url}.`,
    {
      hint: `Its log: ${logPath(config.dataDir)}. To restart:`,
      example: 'keyward down && keyward up',
    },
  );
}
