import { OpenBaoClient } from '../openbao-client.ts';
import type { Settings } from '../settings.ts';

/** Where the named case wants its key. */
export const KEY_PATH = 'tribuence/v2/anythingllm';
export const KEY_FIELD = 'ANYLLM_API_KEY';
const SERVICE_PATH = 'tribuence/v2/service';

type Fields = Record<string, string>;

/** What the checks know of the running stack. Values are compared here, and are in no message. */
export interface Stack {
  settings: Settings;
  /** The one of the named case. */
  key: string;
  /** Which the rotation has ended. */
  formerKey?: string;
  /** Of the service: `AUTH_TOKEN`, … */
  service: Fields;
}

/** @throws Error without a value */
export async function readStack(settings: Settings): Promise<Stack> {
  const client = await OpenBaoClient.logIn(settings, 'bootstrap');
  try {
    const fieldsAt = async (path: string): Promise<Fields> =>
      ((await client.get(`kv/data/${path}`))?.['data'] ?? {}) as Fields;
    const [named, service] = [await fieldsAt(KEY_PATH), await fieldsAt(SERVICE_PATH)];
    return { settings, service, key: named[KEY_FIELD] ?? '' };
  } finally {
    await client.end();
  }
}

/** Metadata of all secrets, by path: versions, times and provenance. */
export async function allMetadata(settings: Settings): Promise<Record<string, unknown>> {
  const client = await OpenBaoClient.logIn(settings, 'operator');
  const found: Record<string, unknown> = {};
  const walk = async (folder: string): Promise<void> => {
    const { keys = [] } = ((await client.get(`kv/metadata/${folder}?list=true`)) ?? {}) as {
      keys?: string[];
    };
    for (const name of keys)
      if (name.endsWith('/')) await walk(folder + name);
      else found[folder + name] = await client.get(`kv/metadata/${folder}${name}`);
  };
  try {
    await walk('');
    return found;
  } finally {
    await client.end();
  }
}

/** What the metadata of the secret say of the key, by the name of the note. */
export async function noteOfKey(settings: Settings): Promise<(name: string) => string> {
  const { custom_metadata: all } = ((await allMetadata(settings))[KEY_PATH] ?? {}) as {
    custom_metadata?: Record<string, string>;
  };
  const notes = JSON.parse(all?.[`keyward.${KEY_FIELD}`] ?? '{}') as Record<string, string>;
  return (name) => notes[name] ?? '';
}

/** The status that the Developer API gives for a key. */
export async function authStatus({ service }: Settings, key: string): Promise<number> {
  const response = await fetch(`${service.url}/api/v1/auth`, { headers: { authorization: `Bearer ${key}` } });
  await response.body?.cancel();
  return response.status;
}

/** The keys of the service, by id and name. */
export async function keysOfService({ settings, service }: Stack): Promise<string[]> {
  const { url } = settings.service;
  const login = await fetch(`${url}/api/request-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password: service['AUTH_TOKEN'] }),
  });
  const { token } = (await login.json()) as { token: string };
  const list = await fetch(`${url}/api/system/api-keys`, { headers: { authorization: `Bearer ${token}` } });
  const { apiKeys } = (await list.json()) as { apiKeys: { id: number; name: string }[] };
  return apiKeys.map(({ id, name }) => `${id} ${name}`);
}
