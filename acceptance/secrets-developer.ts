import { randomBytes } from 'node:crypto';
import { randomSecret, type Canaries } from './canaries.ts';
import type { SecretsLife } from './secrets-life.ts';

/** The secrets of clients of the Developer API: keys of providers and of the extension, login tokens, links. */
export async function developerApi(life: SecretsLife, canaries: Canaries): Promise<void> {
  const { id, session } = await administrator(life, canaries);
  await extensionKeys(life, canaries, session);
  await loginToken(life, id);
  await providers(life, canaries);
  await misplaced(life, canaries);
  for (const path of LISTS) await life.ask('GET', path);
  await life.ask('GET', '/api/setup-complete', { key: null });
}

const LISTS = [
  '/api/v1/system',
  '/api/v1/system/env-dump',
  '/api/v1/system/export-chats',
  '/api/v1/admin/users',
  '/api/v1/admin/api-keys',
  '/api/v1/documents',
  '/api/v1/workspaces',
  '/v1/upstreams',
  '/v1/models',
];

interface Login {
  token: string | null;
}

async function administrator(
  life: SecretsLife,
  canaries: Canaries,
): Promise<{ id: number; session: string }> {
  const password = canaries.add('password of a second administrator', randomBytes(18).toString('hex'));
  const body = { username: 'second', password, role: 'admin' };
  const { user } = await life.ask<{ user: { id: number } }>('POST', '/v1/admin/users/new', { body });
  const { token } = await life.ask<Login & { recoveryCodes: string[] }>('POST', '/api/request-token', {
    key: null,
    body,
    mints: ({ token, recoveryCodes = [] }: Login & { recoveryCodes?: string[] }) => [
      ['session of the second administrator', token],
      ...recoveryCodes.map((code, index): [string, string] => [`recovery code ${index} of the second`, code]),
    ],
  });
  if (token === null) throw new Error('the second administrator is not let in');
  return { id: user.id, session: token };
}

interface ExtensionKey {
  apiKey: string;
}

async function extensionKeys(life: SecretsLife, canaries: Canaries, session: string): Promise<void> {
  const { apiKey } = await life.ask<ExtensionKey>('POST', '/api/browser-extension/api-keys/new', {
    key: session,
    mints: ({ apiKey }: ExtensionKey) => [['key of the extension', apiKey]],
  });
  const wrong = canaries.add('a wrong key of the extension', randomSecret('brx'));
  for (const key of [apiKey, wrong]) {
    await life.ask('GET', '/api/browser-extension/check', { key });
    await life.ask('GET', '/api/browser-extension/workspaces', { key });
    const body = { textContent: 'a page', metadata: { title: 'page', url: 'https://example.org' } };
    await life.ask('POST', '/api/browser-extension/upload-content', { key, body });
  }
  const { apiKeys } = await life.ask<{ apiKeys: { id: number }[] }>(
    'GET',
    '/api/browser-extension/api-keys',
    {
      key: session,
    },
  );
  for (const { id } of apiKeys)
    await life.ask('DELETE', `/api/browser-extension/api-keys/${id}`, { key: session });
  await life.ask('GET', '/api/browser-extension/check', { key: apiKey });
}

/** It is part of a URL for a browser: it is valid once, and no log may have it. */
async function loginToken(life: SecretsLife, user: number): Promise<void> {
  const { token } = await life.ask<{ token: string }>('GET', `/v1/users/${user}/issue-auth-token`, {
    mints: ({ token }: { token: string }) => [['login token', token]],
  });
  for (let times = 0; times < 2; times++)
    await life.ask('GET', `/api/request-token/sso/simple?token=${token}`, {
      key: null,
      mints: (login: Login) => [['session of a login token', login.token]],
    });
}

async function providers(life: SecretsLife, canaries: Canaries): Promise<void> {
  const setting = (name: string): Record<string, string> => ({
    [name]: canaries.add(`setting ${name}`, randomSecret('sk')),
  });
  for (const name of [
    'OpenAiKey',
    'AnthropicApiKey',
    'GenericOpenAiKey',
    'AuthToken',
    'JWTSecret',
    'Unknown',
  ])
    await life.ask('POST', '/v1/system/update-env', { body: setting(name) });
  const generic = { LLMProvider: 'generic-openai', GenericOpenAiBasePath: 'http://127.0.0.1:9/v1' };
  const body = { ...generic, GenericOpenAiModelPref: 'm', ...setting('GenericOpenAiKey') };
  await life.ask('POST', '/v1/system/update-env', { body });
  const list = { OpenAiKey: [canaries.add('a setting in a list', randomSecret('sk'))] };
  await life.ask('POST', '/v1/system/update-env', { body: list });
}

/** Keys and passwords in wrong places. */
async function misplaced(life: SecretsLife, canaries: Canaries): Promise<void> {
  const { secret } = await life.mint();
  const foreign = canaries.add('a key of something else, sent to the Developer API', randomSecret('sk'));
  for (const text of [secret, foreign]) {
    for (const path of ['/v1/workspace/new', '/v1/document/raw-text', '/v1/openai/chat/completions']) {
      const headers = { 'content-type': 'application/json' };
      for (const body of [`{"name": "x", "key": "${text}"`, `"${text}"`, text])
        await life.ask('POST', path, { body, headers });
    }
    await life.ask('GET', '/api/v1/auth', { key: `${text}x` });
    await life.ask('GET', '/api/v1/auth', { key: null, headers: { authorization: text } });
    await life.ask('GET', `/api/v1/auth?token=${text}`);
    await life.ask('GET', `/api/nowhere/${text}`);
  }
  const password = canaries.add('password in a link', randomSecret('pw'));
  const scraperHeaders = { authorization: canaries.add('header for a link', randomSecret('token')) };
  // The error names the link that could not be read.
  const mints = (): [string, string][] => [['password in a link', password]];
  const body = { link: `http://ada:${password}@127.0.0.1:9/x`, scraperHeaders };
  await life.ask('POST', '/v1/document/upload-link', { body, mints });
}
