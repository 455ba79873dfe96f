import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { placeOf, Upstream } from './upstream.ts';
import type { WorkerLog } from './worker-log.ts';

/** The models that a worker serves, and where. */
export interface Source {
  upstream: Upstream;
  /** Those that answer now. */
  models(): Promise<string[]>;
  stop(): Promise<void>;
}

/** @throws CliError for a URL that cannot be one */
export function openUpstream(url: string, key: string | undefined): Source {
  let place;
  try {
    place = placeOf(url, key);
  } catch (error) {
    throw usageError((error as Error).message, { example: '--upstream http://127.0.0.1:11434/v1' });
  }
  const upstream = new Upstream(() => place);
  return { upstream, models: () => upstream.models(), stop: () => upstream.close() };
}

const LOOK_MS = 250;

interface Opening {
  config: Config;
  log: WorkerLog;
  signal: AbortSignal;
}

/** The local model in a process of its own, once it has models. @throws CliError where it cannot have any */
export async function openLocalModel({ config, log, signal }: Opening): Promise<Source> {
  if (!config.localModel.enabled)
    throw new CliError('KEYWARD_LOCAL_MODEL is off: there is no model to serve.', {
      exitCode: EXIT.configuration,
      hint: 'Name a server of models.',
      example: 'keyward miner run --upstream http://127.0.0.1:11434/v1',
    });
  const [{ LocalModel }, { systemClock }, { createLogger }] = await Promise.all([
    import('../../models/index.ts'),
    import('../../base/clock.ts'),
    import('../../base/logger.ts'),
  ]);
  const { modelsDir } = config.localModel;
  const logger = await createLogger('silent');
  const local = new LocalModel({ clock: systemClock, logger, modelsDir, environment: config.environment });
  local.start();
  let told = '';
  while (local.state().models.length === 0 && !signal.aborted) {
    const { status, reason, hint } = local.state();
    const why = reason === null ? '' : `: ${reason}. ${hint ?? ''}`.trimEnd();
    const words = `The local model is ${status}${why}`;
    if (words !== told) log.say('local_model', words, { status });
    told = words;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  const upstream = new Upstream(() => local.target);
  return {
    upstream,
    models: async () => local.state().models,
    stop: async () => {
      await upstream.close();
      await local.stop();
    },
  };
}
