import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runFetch } from './fetch-command.ts';
import { chatName, type Threads } from './models.ts';
import { defaultModelsDir } from './models-dir.ts';
import { runServe, type ServeOptions } from './serve.ts';

const USAGE_ERROR = 2;
/** More threads make a small model slower. */
const DEFAULT_THREADS_LIMIT = 8;
/**
 * llama.cpp's threads wait for each other by spinning. With a thread for each processor, any other busy program makes them
 * wait for a whole time slice at every step: on two, 85 tokens/s fell to 5 with two threads, 46 to 20 with one.
 */
const PROCESSORS_LEFT_FREE = 1;
const THREADS_LIMIT = 256;

const HELP = `The local model of Keyward: an OpenAI-compatible server for one chat and one embedding model.

  node local-model/src/main.ts fetch [--models-dir DIR]
      Fetches the weights (120 MB, once). Exit code 1 when they could not be fetched.

  node local-model/src/main.ts serve [--models-dir DIR] [--host 127.0.0.1] [--port 0] [--threads N]
                                     [--chat-gguf FILE [--chat-name NAME]]
      Listens at once, fetches missing weights, and reports in lines of JSON on stdout.
      Ends on SIGTERM, and when the other end of its stdin closes.

  --models-dir  the folder of the weights; default: $KEYWARD_MODELS_DIR, else keyward/models in the cache directory
  --port        0: any free port; the first line on stdout names it
  --threads     processor threads; default: as many as there are, at most ${DEFAULT_THREADS_LIMIT};
                the chat model leaves one free
  --chat-gguf   a GGUF file to use instead of SmolLM2; default: DIR/chat.gguf, if it exists
  --chat-name   the name of its model; default: the file's name

  KEYWARD_LOCAL_MODEL_TOKEN  when set, requests other than GET /health must carry it as a bearer token
`;

class UsageError extends Error {}

function wholeNumber(text: string | undefined, flag: string, range: { min: number; max: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text ?? '') && value >= range.min && value <= range.max) return value;
  throw new UsageError(`--${flag} must be a whole number from ${range.min} to ${range.max}`);
}

function readArguments(args: string[]) {
  const option = { type: 'string' } as const;
  const names = ['models-dir', 'host', 'port', 'threads', 'chat-gguf', 'chat-name'] as const;
  const options = Object.fromEntries(names.map((name) => [name, option])) as Record<
    (typeof names)[number],
    typeof option
  >;
  try {
    const help = { type: 'boolean', short: 'h' } as const;
    return parseArgs({ args, options: { ...options, help }, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

type Values = ReturnType<typeof readArguments>['values'];

function readThreads(text: string | undefined): Threads {
  if (text !== undefined) {
    const threads = wholeNumber(text, 'threads', { min: 1, max: THREADS_LIMIT });
    return { chat: threads, embeddings: threads };
  }
  const processors = Math.min(availableParallelism(), DEFAULT_THREADS_LIMIT);
  // Threads of the embedding model sleep while they wait, and may be as many as there are processors.
  return { chat: Math.max(1, processors - PROCESSORS_LEFT_FREE), embeddings: processors };
}

function serveOptions(values: Values, modelsDir: string, env: NodeJS.ProcessEnv): ServeOptions {
  const file = values['chat-gguf'];
  const name = values['chat-name'];
  if (name !== undefined && file === undefined) throw new UsageError('--chat-name needs --chat-gguf');
  return {
    modelsDir,
    host: values.host ?? '127.0.0.1',
    port: wholeNumber(values.port ?? '0', 'port', { min: 0, max: 65_535 }),
    threads: readThreads(values.threads),
    chat: file === undefined ? undefined : { file: resolve(file), name: name ?? chatName(file) },
    token: env['KEYWARD_LOCAL_MODEL_TOKEN'] || undefined,
  };
}

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values, positionals } = readArguments(args);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [command, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`unexpected argument ${rest[0]}`);
  const modelsDir = resolve(values['models-dir'] ?? defaultModelsDir(env));
  if (command === 'fetch') return runFetch(modelsDir);
  if (command !== 'serve') throw new UsageError('the command is fetch or serve; --help says more');
  const options = serveOptions(values, modelsDir, env);
  // Programs that are started from here (pip) do not need it.
  delete env['KEYWARD_LOCAL_MODEL_TOKEN'];
  return runServe(options);
}

try {
  // Does not wait for native threads and timers.
  process.exit(await main(process.argv.slice(2), process.env));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(USAGE_ERROR);
}
