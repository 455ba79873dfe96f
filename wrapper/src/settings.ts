import { LOG_LEVELS, type LogLevel } from '@keyward/server/log-levels';
import { filePlace } from './key/file-place.ts';
import type { KeyPlace } from './key/key-place.ts';
import { SettingError, type Read } from './setting-error.ts';
import { vaultPlace } from './vault-settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  host: string;
  port: number;
  upstreamUrl: string;
  place: KeyPlace | undefined;
  isAnonymous: boolean;
  hosts: ReadonlySet<string>;
  logLevel: LogLevel;
}

export const HELP = `Serves the Developer API of Keyward or AnythingLLM as a GraphQL Federation 2 subgraph.

Usage: node wrapper/src/main.ts

  WRAPPER_UPSTREAM        the Developer API, such as http://127.0.0.1:5390/api/v1 (required)
  WRAPPER_HOST            the address to listen on (127.0.0.1)
  WRAPPER_PORT            the port; 0: a free one (4010)
  WRAPPER_LOG_LEVEL       ${LOG_LEVELS.join(', ')} (info)

Requests are answered with the key that comes with them. The key of the wrapper itself proves that it
is ready (/readyz). It is read from one of these, and followed when it changes:

  ANYLLM_API_KEY_FILE     a file that holds it
  WRAPPER_KEY_PLACE       a field of a KV version 2 secret, such as
                          kv/data/tribuence/v2/anythingllm#ANYLLM_API_KEY
  VAULT_ADDR              the address of Vault or OpenBao, such as https://vault.example:8200
  VAULT_NAMESPACE, VAULT_CACERT
  One login of these:
    VAULT_TOKEN or VAULT_TOKEN_FILE
    VAULT_ROLE_ID and VAULT_SECRET_ID or VAULT_SECRET_ID_FILE (AppRole)
    VAULT_KUBERNETES_ROLE
    VAULT_AUTH_MOUNT      where AppRole or Kubernetes is mounted (approle, kubernetes)

Requests without a key are refused, unless:

  WRAPPER_ANONYMOUS=own-key   answers them with the wrapper's own key. Everybody who reaches the port
                              can then do what that key can do.
  WRAPPER_HOSTS               names that such requests may use in Host beside localhost,
                              such as chat.example,wrapper
`;

/** @throws SettingError */
export function readSettings(environment: Environment): Settings {
  const read = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const isAnonymous = oneOf('WRAPPER_ANONYMOUS', read('WRAPPER_ANONYMOUS'), ['own-key']) !== undefined;
  const place = placeOf(read);
  if (isAnonymous && place === undefined)
    throw new SettingError(
      'WRAPPER_ANONYMOUS: own-key needs a key. Set ANYLLM_API_KEY_FILE, or WRAPPER_KEY_PLACE and VAULT_ADDR.',
    );
  return {
    host: read('WRAPPER_HOST') ?? '127.0.0.1',
    port: portOf(read('WRAPPER_PORT') ?? '4010'),
    upstreamUrl: upstreamOf(read('WRAPPER_UPSTREAM')),
    place,
    isAnonymous,
    hosts: hostsOf(read('WRAPPER_HOSTS') ?? ''),
    logLevel: oneOf('WRAPPER_LOG_LEVEL', read('WRAPPER_LOG_LEVEL'), LOG_LEVELS) ?? 'info',
  };
}

function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
  throw new SettingError(`${name}: must be ${allowed.join(' or ')}, or be left out.`);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new SettingError('WRAPPER_PORT: must be a port from 0 to 65535, such as 4010.');
}

/** With or without the version at its end, which the paths of the client have. */
function upstreamOf(text: string | undefined): string {
  const url = URL.parse(text ?? '');
  const isGood = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '';
  if (!isGood)
    throw new SettingError(
      'WRAPPER_UPSTREAM: must be the base URL of the Developer API, such as http://127.0.0.1:5390/api/v1.',
    );
  return url.origin + url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
}

function hostsOf(text: string): Set<string> {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const wrong = names.find((name) => name !== '' && !/^([\w.-]+|\[[\da-f:]+\])$/.test(name));
  if (wrong !== undefined)
    throw new SettingError('WRAPPER_HOSTS: must be names without ports, such as chat.example,wrapper.');
  return new Set(names.filter((name) => name !== ''));
}

function placeOf(read: Read): KeyPlace | undefined {
  const file = read('ANYLLM_API_KEY_FILE');
  const place = read('WRAPPER_KEY_PLACE');
  if (file !== undefined && place !== undefined)
    throw new SettingError(
      'ANYLLM_API_KEY_FILE: must not be set together with WRAPPER_KEY_PLACE. Choose one.',
    );
  if (file !== undefined) return filePlace(file);
  return place === undefined ? undefined : vaultPlace(place, read);
}
