import { createWorker, KeywardApiError, unwrap, type KeywardClient, type KeywardWorker } from '@keyward/sdk';
import { covers } from '../../access/index.ts';
import { clientFor, findAccess, CLIENT_ARGS, noKey, type ClientChoice } from '../client.ts';
import { verb, type Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { isStructured } from '../output.ts';
import { readSecret } from '../secret.ts';
import { chosen, WORKER_ARGS, workerChoice, type WorkerChoice } from './choice.ts';
import { findGpus } from './gpus.ts';
import { openLocalModel, openUpstream, type Source } from './source.ts';
import { doJob } from './work.ts';
import { WorkerLog } from './worker-log.ts';

const DRAIN_MS = 600_000;
/** How often the upstream is asked for its models. */
const LOOK_MS = 30_000;

interface UpstreamArgs {
  upstream?: string | undefined;
  'upstream-key-stdin'?: boolean | undefined;
}

export const run = verb({
  args: {
    upstream: {
      type: 'string',
      description:
        'URL of a server that speaks the OpenAI API, such as http://127.0.0.1:11434/v1. Default: the local model',
    },
    'upstream-key-stdin': { type: 'boolean', description: 'Read the key of the upstream from stdin' },
    ...WORKER_ARGS,
    ...CLIENT_ARGS,
    output: {
      ...CLIENT_ARGS.output,
      description: 'json: a line on stdout for each event. Default: text on stderr',
    },
  },
  examples: [
    'miner run',
    'miner run --upstream http://127.0.0.1:11434/v1 --concurrency 4 --name gpu-1',
    'miner run --upstream https://models.example.org/v1 --upstream-key-stdin --models "llama*" < key.txt',
  ],
  notes:
    'Serves jobs until SIGTERM or Ctrl-C: running jobs may then finish, for 10 minutes at most. A second signal stops\n' +
    'at once. The key of the upstream can also stand in KEYWARD_UPSTREAM_KEY.\n' +
    'The owner of a worker can read what it computes.',
  endsItself: true,
  run: async (args, context) => {
    const choice = workerChoice(args, context);
    const log = new WorkerLog(context.io, isStructured(args));
    const { url, key } = await keyOf(args, context);
    await refuseOtherRole(clientFor(url, key, context));
    const signal = stopSignal(context);
    const source = await sourceOf(args, context, { log, signal });
    try {
      if (!signal.aborted) await serve({ url, key, choice, source, log, signal, config: context.config });
    } finally {
      await source.stop();
    }
  },
});

/**
 * Before the local model starts, which takes seconds. The server checks the key at each request, too: one that does not answer
 * now is waited for later. @throws CliError
 */
async function refuseOtherRole(client: KeywardClient): Promise<void> {
  const self = await unwrap(client.GET('/v1/keys/self')).catch((error: unknown) => {
    if (error instanceof KeywardApiError && error.status === 401) throw error;
    return undefined;
  });
  const scopes = self?.key.scopes ?? NEEDS;
  const missing = NEEDS.filter((scope) => !scopes.some((held) => covers(held, scope)));
  if (missing.length === 0) return;
  throw new CliError(`The key lacks the scope ${missing.join(', ')}: it cannot do the work of a worker.`, {
    exitCode: EXIT.forbidden,
    hint: 'A worker needs a key of the role miner. An administrator makes one:',
    example: 'keyward keys create gpu-1 --role miner',
  });
}

async function keyOf(
  args: ClientChoice & UpstreamArgs,
  context: Context,
): Promise<{ url: string; key: string }> {
  if (args['key-stdin'] === true && args['upstream-key-stdin'] === true)
    throw usageError('stdin holds one key: give the other one in KEYWARD_API_KEY or KEYWARD_UPSTREAM_KEY.');
  if (args['upstream-key-stdin'] === true && args.upstream === undefined)
    throw usageError('--upstream-key-stdin needs --upstream.');
  const { url, key } = await findAccess(args, context);
  if (key === undefined)
    throw noKey(
      url,
      'A worker needs a key of the role miner: keyward miner join TOKEN, or set KEYWARD_API_KEY.',
    );
  return { url, key };
}

async function sourceOf(
  args: UpstreamArgs,
  context: Context,
  { log, signal }: { log: WorkerLog; signal: AbortSignal },
): Promise<Source> {
  const { config } = context;
  if (args.upstream === undefined) return openLocalModel({ config, log, signal });
  const example = `keyward miner run --upstream ${args.upstream} --upstream-key-stdin < key.txt`;
  const fromStdin = args['upstream-key-stdin'] === true;
  const key = fromStdin
    ? await readSecret(context, { fromStdin, name: 'key of the upstream', example })
    : config.client.upstreamKey;
  return openUpstream(args.upstream, key);
}

const NEEDS = ['workers:register', 'workers:poll', 'workers:report'];

interface Serving {
  url: string;
  key: string;
  choice: WorkerChoice;
  source: Source;
  log: WorkerLog;
  signal: AbortSignal;
  config: Context['config'];
}

async function serve({ url, key, choice, source, log, signal, config }: Serving): Promise<void> {
  const { gpus, words } = await findGpus(config);
  log.say('gpus', words, { gpus });
  let models = await firstModels(source, choice);
  log.say('models', `Serves ${models.join(', ')}; ${choice.concurrency} at a time.`, { models });
  const capabilities = () => ({ gpus, models, labels: choice.labels });
  const worker = createWorker({
    url,
    apiKey: key,
    name: choice.name,
    capabilities: capabilities(),
    concurrency: choice.concurrency,
    region: choice.region,
    pricePerHour: choice.pricePerHour,
    handle: (job, given) => doJob({ upstream: source.upstream, models }, job, given),
    onEvent: (event) => log.event(event),
  });
  const looking = setInterval(() => void look(), LOOK_MS);
  const look = async (): Promise<void> => {
    // An upstream that does not answer now keeps its models: its jobs say what is wrong.
    const now = await source.models().then(
      (all) => chosen(all, choice),
      () => models,
    );
    if (now.length === 0 || now.join('\n') === models.join('\n')) return;
    models = now;
    log.say('models', `Serves ${models.join(', ')} now.`, { models });
    worker.update(capabilities());
  };
  stopWith(worker, signal);
  try {
    await worker.run();
  } finally {
    clearInterval(looking);
  }
  log.say('stopped', 'Stopped.');
}

/** @throws CliError where there is nothing to serve */
async function firstModels(source: Source, choice: WorkerChoice): Promise<string[]> {
  let all: string[];
  try {
    all = await source.models();
  } catch (error) {
    throw new CliError((error as Error).message, {
      exitCode: EXIT.unreachable,
      hint: 'Start it, or give another one with --upstream.',
    });
  }
  const models = chosen(all, choice);
  if (models.length > 0) return models;
  const has = all.length === 0 ? 'no models' : `only ${all.slice(0, 20).join(', ')}`;
  throw new CliError(`There is nothing to serve: the upstream lists ${has}.`, {
    exitCode: EXIT.notFound,
    hint: choice.models.length === 0 ? 'Load a model there first.' : 'Name others with --models.',
  });
}

function stopWith(worker: KeywardWorker, signal: AbortSignal): void {
  const stop = (): void => void worker.stop({ timeoutMs: DRAIN_MS });
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
}

/** Aborted by the first SIGINT or SIGTERM. The second ends the process at once; for SIGINT main.ts does it. */
function stopSignal({ io }: Context): AbortSignal {
  const terminated = new AbortController();
  process.on('SIGTERM', () => {
    if (terminated.signal.aborted) process.exit(143);
    process.once('SIGINT', () => process.exit(130));
    terminated.abort();
  });
  return AbortSignal.any([io.interrupted, terminated.signal]);
}
