import { createClient, type KeywardClient } from '@keyward/sdk';
import type { Config } from '../config.ts';
import type { Context } from './command.ts';
import type { StoredCredential } from './credentials/index.ts';
import { CliError, EXIT, usageError } from './exit.ts';
import { OUTPUT_ARGS } from './output.ts';
import { readSecret, refuseDamagedKey } from './secret.ts';

/** Flags that choose the server. */
export const URL_ARGS = {
  url: {
    type: 'string',
    description: 'URL of the server. Default: KEYWARD_URL, then the URL of the login, then this machine',
  },
  environment: {
    type: 'string',
    description: 'Name of the stored credential (see keyward auth login). Default: default',
    valueHint: 'name',
  },
  ...OUTPUT_ARGS,
} as const;

/** Flags of every command that talks to a server with a key. */
export const CLIENT_ARGS = {
  'key-stdin': { type: 'boolean', description: 'Read the API key from stdin' },
  ...URL_ARGS,
} as const;

export interface ClientChoice {
  url?: string | undefined;
  environment?: string | undefined;
  'key-stdin'?: boolean | undefined;
}

/** The server on this machine, from its settings. */
export function localUrl({ host, port, tls }: Config): string {
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${shown}:${port}`;
}

/** A key with its source, and its server. */
export interface Access {
  url: string;
  key: string | undefined;
  source: 'stdin' | 'environment' | 'keyring' | 'file' | undefined;
}

/** The URL (--url, KEYWARD_URL, that of the login, or this machine), and the stored login. */
export async function findServer(
  { url, environment = 'default' }: Pick<ClientChoice, 'url' | 'environment'>,
  context: Context,
): Promise<{ url: string; stored: StoredCredential | undefined }> {
  const { config } = context;
  const { readCredential } = await import('./credentials/index.ts');
  const stored = await readCredential(context, environment);
  return { url: url ?? config.client.url ?? stored?.url ?? localUrl(config), stored };
}

/** The key: --key-stdin, KEYWARD_API_KEY, or the stored one. */
export async function findAccess(choice: ClientChoice, context: Context): Promise<Access> {
  const { client } = context.config;
  const { url, stored } = await findServer(choice, context);
  if (choice.environment !== undefined && stored === undefined) throw noSuchEnvironment(choice.environment);
  if (choice['key-stdin'] === true) {
    const key = await readSecret(context, {
      fromStdin: true,
      name: 'key',
      example: 'keyward keys list --key-stdin < key.txt',
    });
    if (key !== undefined) refuseDamagedKey(key, 'on stdin');
    return { url, key, source: 'stdin' };
  }
  if (choice.environment === undefined && client.apiKey !== undefined) {
    refuseDamagedKey(client.apiKey, 'in KEYWARD_API_KEY');
    return { url, key: client.apiKey, source: 'environment' };
  }
  if (stored === undefined) return { url, key: undefined, source: undefined };
  if (!isSameServer(url, stored.url)) throw otherServer(url, stored.url);
  return { url, key: await stored.key(), source: stored.where };
}

/** A stored key is sent to its own server only: another one could steal it. */
function otherServer(url: string, storedUrl: string): CliError {
  return new CliError(`The stored key belongs to ${storedUrl}, so it is not sent to ${url}.`, {
    exitCode: EXIT.notAuthenticated,
    hint: 'Log in there under another name, or set KEYWARD_API_KEY.',
    example: `keyward auth login --url ${url} --environment other`,
  });
}

function noSuchEnvironment(name: string): CliError {
  return new CliError(`There is no stored credential ${name}.`, {
    exitCode: EXIT.notAuthenticated,
    hint: 'keyward auth status lists the stored credentials.',
    example: `keyward auth login --environment ${name}`,
  });
}

function isSameServer(one: string, other: string): boolean {
  const [a, b] = [URL.parse(one), URL.parse(other)];
  return a !== null && b !== null && a.origin === b.origin;
}

/** A client with a key. @throws CliError exit code 3 where there is no key. */
export async function openClient(choice: ClientChoice, context: Context): Promise<KeywardClient> {
  const { url, key } = await findAccess(choice, context);
  if (key === undefined)
    throw noKey(
      url,
      'Log in, or set KEYWARD_API_KEY. On the machine of the server: keyward keys create --local',
    );
  return clientFor(url, key, context);
}

export const noKey = (url: string, hint?: string): CliError =>
  new CliError(`There is no key for ${url}.`, {
    exitCode: EXIT.notAuthenticated,
    hint,
    example: 'keyward auth login',
  });

/** @throws CliError for an invalid URL or key. */
export function clientFor(
  url: string,
  apiKey: string | undefined,
  { io }: Context,
  timeoutMs?: number,
): KeywardClient {
  const stoppable = (request: Request): Promise<Response> =>
    fetch(request, { signal: AbortSignal.any([request.signal, io.interrupted]) });
  try {
    return createClient({ url, apiKey, fetch: stoppable, timeoutMs });
  } catch (error) {
    throw usageError((error as Error).message, { example: '--url https://keyward.example.org' });
  }
}
