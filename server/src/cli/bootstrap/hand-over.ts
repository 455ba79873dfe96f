import { lstat, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileValue, handOver, openSinks, variableValue, writePrivate } from '../../bootstrap/index.ts';
import { unwrapOnce, VaultError } from '../../vault/index.ts';
import type { Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { isTerminal, promptHidden, readStdin, say, write } from '../io.ts';
import { print, type OutputChoice } from '../output.ts';
import { asCliError, manifestOf, type Choice } from './open.ts';

const TTL_MAX_SECONDS = 24 * 60 * 60;

/** Prints the wrapping token, once, on this explicit request. */
export async function handOverKey(
  choice: Choice & { id: string; ttl: string },
  context: Context,
): Promise<void> {
  const ttlSeconds = Number(choice.ttl);
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > TTL_MAX_SECONDS)
    throw usageError(`--ttl must be whole seconds from 1 to ${TTL_MAX_SECONDS}, such as 300.`);
  try {
    const { manifest, surroundings } = await manifestOf(choice, context);
    if (!(choice.id in manifest.keys))
      throw usageError(`The manifest has no key ${choice.id}.`, {
        hint: `Its keys: ${Object.keys(manifest.keys).join(', ')}.`,
      });
    const sinks = await openSinks(manifest, surroundings);
    try {
      const handed = await handOver({ manifest, sinks }, choice.id, ttlSeconds);
      const { address, namespace } = handed;
      const where = namespace === undefined ? '' : ` --namespace ${namespace}`;
      const command = `keyward bootstrap receive --address ${address}${where} --file ${choice.id}`;
      await print(context, choice, { value: { ...handed, receive: command } });
    } finally {
      for (const sink of sinks.values()) await sink.stop();
    }
  } catch (error) {
    throw asCliError(error);
  }
}

export interface ReceiveChoice extends OutputChoice {
  address: string;
  file?: string | undefined;
  stdout?: boolean | undefined;
  'creation-path': string;
  namespace?: string | undefined;
  'ca-file'?: string | undefined;
}

/** Takes a value that was handed over, and writes it into a file that only its owner may read. */
export async function receiveKey(choice: ReceiveChoice, context: Context): Promise<void> {
  const { file, address, namespace, 'creation-path': creationPath } = choice;
  if ((file === undefined) === (choice.stdout !== true))
    throw usageError('Say where the value goes: --file PATH, or --stdout.');
  try {
    const target = file === undefined ? undefined : resolve(file);
    if (target !== undefined) await requireFree(target);
    const token = await wrappingToken(context);
    const caFile = choice['ca-file'];
    const options = {
      address,
      ...(namespace === undefined ? {} : { namespace }),
      ...(caFile === undefined ? {} : { ca: await fileValue(caFile, process.cwd()) }),
    };
    const value = onlyValueIn(await unwrapOnce(options, { token, creationPath }));
    if (target === undefined) return await write(context.io, `${value}\n`);
    await writePrivate(target, value).catch((error: Error) => {
      throw new CliError(error.message, {
        hint: 'The wrapping token is used up, and the value is in Vault alone: hand it over again.',
      });
    });
    say(context.io, `The value is in ${target}. Only its owner may read it.`);
  } catch (error) {
    if (!(error instanceof VaultError)) throw asCliError(error);
    const isLost = error.fault === 'wrapping_lost';
    const hint = isLost
      ? 'If you expected it to be good, this is an ALARM: replace the key, then hand it over again.'
      : undefined;
    const exitCode = isLost
      ? EXIT.notAuthenticated
      : error.fault === 'unreachable'
        ? EXIT.unreachable
        : EXIT.failure;
    throw new CliError(error.message, { exitCode, hint });
  }
}

/** Before the one time that the value can be had: what it cannot be written into is found out now. */
async function requireFree(path: string): Promise<void> {
  // A link too: what it names belongs to somebody.
  if ((await lstat(path).catch(() => undefined)) !== undefined)
    throw new CliError(`${path} exists already.`, { hint: 'Remove it, or name another file.' });
  await writePrivate(path, '').catch((error: Error) => {
    throw new CliError(error.message, { hint: 'Name another file. The wrapping token is still good.' });
  });
  await rm(path);
}

/** Of a variable, its file, or stdin: an argument could be seen by everybody on the machine. */
async function wrappingToken({ io, config }: Context): Promise<string> {
  const surroundings = { folder: process.cwd(), variables: config.environment };
  const given = await variableValue('WRAPPING_TOKEN', surroundings);
  if (given !== undefined) return given.trim();
  const typed = isTerminal(io.stdin) ? await promptHidden(io, 'Wrapping token: ') : await readStdin(io);
  if (typed.trim() !== '') return typed.trim();
  throw usageError('The wrapping token is missing.', {
    hint: 'Give it on stdin, or in WRAPPING_TOKEN or WRAPPING_TOKEN_FILE.',
  });
}

function onlyValueIn({ data }: Record<string, unknown>): string {
  const values: unknown[] = typeof data === 'object' && data !== null ? Object.values(data) : [];
  const [value] = values;
  if (values.length === 1 && typeof value === 'string') return value;
  throw new CliError('The wrapping token holds something other than one value. It is used up now.');
}
