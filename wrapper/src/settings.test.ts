import { describe, expect, test } from 'vitest';
import { readSettings } from './settings.ts';

const UPSTREAM = { WRAPPER_UPSTREAM: 'http://127.0.0.1:5390/api/v1' };
const VAULT = { VAULT_ADDR: 'https://vault.example:8200', VAULT_TOKEN: 'hvs.canary' };

describe('the settings of the wrapper', () => {
  test('the defaults listen on the loopback and refuse requests without a key', () => {
    expect(readSettings(UPSTREAM)).toEqual({
      host: '127.0.0.1',
      port: 4010,
      upstreamUrl: 'http://127.0.0.1:5390/api',
      place: undefined,
      isAnonymous: false,
      hosts: new Set(),
      logLevel: 'info',
    });
  });

  test.for([
    ['http://127.0.0.1:5390', 'http://127.0.0.1:5390'],
    ['http://127.0.0.1:5390/v1/', 'http://127.0.0.1:5390'],
    ['https://any.example/api/', 'https://any.example/api'],
    ['https://any.example/llm/api/v1', 'https://any.example/llm/api'],
  ])('the upstream %s is asked at %s', ([given = '', url]) => {
    expect(readSettings({ WRAPPER_UPSTREAM: given }).upstreamUrl).toBe(url);
  });

  test.for(['kv/tribuence/v2/anythingllm#ANYLLM_API_KEY', 'kv/data/tribuence/v2/anythingllm#ANYLLM_API_KEY'])(
    'the place %s is a field of a secret',
    (WRAPPER_KEY_PLACE) => {
      const { place } = readSettings({ ...UPSTREAM, ...VAULT, WRAPPER_KEY_PLACE });
      expect(place?.shown).toBe('Vault kv/data/tribuence/v2/anythingllm#ANYLLM_API_KEY');
    },
  );

  test('a mount with a slash is given with /data/ after it', () => {
    const WRAPPER_KEY_PLACE = 'team/kv/data/app#KEY';
    expect(readSettings({ ...UPSTREAM, ...VAULT, WRAPPER_KEY_PLACE }).place?.shown).toBe(
      'Vault team/kv/data/app#KEY',
    );
  });

  const PLACE = { ...UPSTREAM, WRAPPER_KEY_PLACE: 'kv/app#KEY' };
  test.for<[name: string, environment: Record<string, string>]>([
    ['WRAPPER_UPSTREAM', {}],
    ['WRAPPER_UPSTREAM', { WRAPPER_UPSTREAM: 'ftp://canary' }],
    ['WRAPPER_UPSTREAM', { WRAPPER_UPSTREAM: 'http://user:canary@host/' }],
    ['WRAPPER_PORT', { ...UPSTREAM, WRAPPER_PORT: '70000' }],
    ['WRAPPER_ANONYMOUS', { ...UPSTREAM, WRAPPER_ANONYMOUS: 'yes' }],
    ['WRAPPER_ANONYMOUS', { ...UPSTREAM, WRAPPER_ANONYMOUS: 'own-key' }],
    ['WRAPPER_HOSTS', { ...UPSTREAM, WRAPPER_HOSTS: 'http://canary' }],
    ['WRAPPER_LOG_LEVEL', { ...UPSTREAM, WRAPPER_LOG_LEVEL: 'loud' }],
    ['WRAPPER_KEY_PLACE', { ...UPSTREAM, ...VAULT, WRAPPER_KEY_PLACE: 'kv/app' }],
    ['WRAPPER_KEY_PLACE', { ...UPSTREAM, ...VAULT, WRAPPER_KEY_PLACE: 'app#KEY' }],
    ['WRAPPER_KEY_PLACE', { ...UPSTREAM, ...VAULT, WRAPPER_KEY_PLACE: 'kv/../app#KEY' }],
    ['ANYLLM_API_KEY_FILE', { ...PLACE, ...VAULT, ANYLLM_API_KEY_FILE: '/run/secrets/key' }],
    ['VAULT_ADDR', { ...PLACE, VAULT_TOKEN: 'hvs.canary' }],
    ['VAULT_ADDR', { ...PLACE, VAULT_TOKEN: 'hvs.canary', VAULT_ADDR: 'vault.example' }],
    ['VAULT_CACERT', { ...PLACE, ...VAULT, VAULT_CACERT: '/nowhere' }],
    ['VAULT_TOKEN', { ...PLACE, VAULT_ADDR: 'https://vault.example:8200' }],
    ['VAULT_TOKEN', { ...PLACE, ...VAULT, VAULT_TOKEN_FILE: '/token' }],
    ['VAULT_TOKEN', { ...PLACE, ...VAULT, VAULT_KUBERNETES_ROLE: 'wrapper' }],
  ])('the error of a wrong setting names %s and shows no value: %#', ([name, environment]) => {
    expect(() => readSettings(environment)).toThrow(new RegExp(`^${name}: (?!.*canary)`));
  });
});
