import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StartupError } from './base/errors.ts';
import { loadConfig, readConfig, VARIABLES } from './config.ts';

const SECRET = 'hunter2-and-then-some';

function failure(environment: Record<string, string>): StartupError {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof StartupError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('the environment', () => {
  test('nothing set gives the defaults of the contract', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 5390,
      dataDir: resolve('data'),
      database: resolve('data/keyward.db'),
      masterKey: { previous: [] },
      tls: undefined,
      trustedProxies: [],
      corsOrigins: [],
      localModel: { enabled: true },
      pgvector: true,
      logLevel: 'info',
      keyPrefix: 'sk-',
      bootstrapKeys: [],
      client: { url: undefined, apiKey: undefined },
    });
    expect(config.localModel.modelsDir).toMatch(/\.cache\/keyward\/models$/);
  });

  test('every variable reaches its place', () => {
    const config = readConfig({
      KEYWARD_HOST: '0.0.0.0',
      KEYWARD_PORT: '0',
      KEYWARD_DATA_DIR: '/d',
      KEYWARD_DATABASE_URL: 'postgresql://db/x',
      KEYWARD_MASTER_KEY: 'k',
      KEYWARD_MASTER_KEY_FILE: 'f',
      KEYWARD_PREVIOUS_MASTER_KEYS: ' a , b,,',
      KEYWARD_TLS_CERT_FILE: '/c',
      KEYWARD_TLS_KEY_FILE: '/k',
      KEYWARD_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      KEYWARD_CORS_ORIGINS: 'https://A.example:443,http://localhost:3000, app://Desk',
      KEYWARD_UPLOAD_MAX_MIB: '7',
      KEYWARD_FETCH_PRIVATE: '10.1.0.0/16, 127.0.0.1',
      KEYWARD_LOCAL_MODEL: 'off',
      KEYWARD_MODELS_DIR: '/m',
      KEYWARD_PGVECTOR: 'off',
      KEYWARD_LOG_LEVEL: 'debug',
      KEYWARD_KEY_PREFIX: 'acme_',
      KEYWARD_URL: 'http://x',
      KEYWARD_API_KEY: 'a',
      KEYWARD_CONFIG_DIR: '/cfg',
      CLIENT_API_KEYS: 'c',
      MINER_API_KEYS: 'm',
      ADMIN_API_KEYS: 'a',
    });
    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 0,
      dataDir: '/d',
      database: 'postgresql://db/x',
      masterKey: { value: 'k', file: resolve('f'), previous: ['a', 'b'] },
      tls: { certFile: '/c', keyFile: '/k' },
      trustedProxies: ['10.0.0.0/8', '::1'],
      corsOrigins: ['https://a.example', 'http://localhost:3000', 'app://desk'],
      uploadMaxBytes: 7 * 1024 * 1024,
      fetchPrivate: ['10.1.0.0/16', '127.0.0.1'],
      localModel: { enabled: false, modelsDir: '/m' },
      pgvector: false,
      logLevel: 'debug',
      keyPrefix: 'acme_',
      bootstrapKeys: [
        { role: 'client', variable: 'CLIENT_API_KEYS', value: 'c' },
        { role: 'miner', variable: 'MINER_API_KEYS', value: 'm' },
        { role: 'admin', variable: 'ADMIN_API_KEYS', value: 'a' },
      ],
      client: { url: 'http://x', apiKey: 'a', configDir: '/cfg' },
    });
  });

  test('each variable is described with its default', () => {
    for (const [name, [fallback, meaning]] of Object.entries(VARIABLES)) {
      expect(name).toMatch(/^(KEYWARD_[A-Z_]+|(CLIENT|MINER|ADMIN)_API_KEYS)$/);
      expect(Math.min(fallback.length, meaning.length)).toBeGreaterThan(0);
    }
  });

  test('set to nothing is not set', () => {
    const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']));
    const { environment: _, ...config } = readConfig(empty);
    const { environment: __, ...defaults } = readConfig({});
    expect(config).toEqual(defaults);
  });

  test.each([
    ['KEYWARD_PROT', 'KEYWARD_PORT'],
    ['KEYWARD_DATABASE', 'KEYWARD_DATABASE_URL'],
    ['KEYWARD_MASTERKEY', 'KEYWARD_MASTER_KEY'],
    ['KEYWARD_DATADIR', 'KEYWARD_DATA_DIR'],
    ['KEYWARD_LOGLEVEL', 'KEYWARD_LOG_LEVEL'],
    ['KEYWARD_MASTER_KEYFILE', 'KEYWARD_MASTER_KEY_FILE'],
  ])('%s stops the start and suggests %s', (name, suggestion) => {
    const { message } = failure({ [name]: SECRET });
    expect(message).toContain(`${name} is not a variable of Keyward: did you mean ${suggestion}?`);
    expect(message).not.toContain(SECRET);
  });

  test('the time for all of stopping must be longer than the drain that it includes', () => {
    const { stopping } = readConfig({ KEYWARD_DRAIN_SECONDS: '9', KEYWARD_STOP_SECONDS: '10' });
    expect(stopping).toEqual({ drainMs: 9_000, limitMs: 10_000 });
    expect(failure({ KEYWARD_STOP_SECONDS: '2' }).message).toBe(
      'KEYWARD_STOP_SECONDS (2) must be greater than KEYWARD_DRAIN_SECONDS (2): it includes it.',
    );
  });

  test('pages may be fetched from everywhere but link-local addresses where the operator says so', () => {
    expect(readConfig({ KEYWARD_FETCH_PRIVATE: 'allow' }).fetchPrivate).toBe('allow');
    expect(readConfig({ KEYWARD_FETCH_PRIVATE: 'none' }).fetchPrivate).toEqual([]);
    expect(readConfig({}).fetchPrivate).toEqual([]);
  });

  describe('of a provider that people sign in with', () => {
    const needed = {
      KEYWARD_PUBLIC_URL: 'https://keyward.example.com/',
      KEYWARD_OIDC_ISSUER: 'https://id.example.com/realms/a/',
      KEYWARD_OIDC_CLIENT_ID: 'keyward',
      KEYWARD_OIDC_ROLES: 'platform=admin, cn=ml=manager,*=default',
    };

    test('is not there unless a variable says so, and has defaults', () => {
      expect(readConfig({}).oidc).toBeUndefined();
      expect(readConfig({ KEYWARD_PUBLIC_URL: 'https://keyward.example.com' }).oidc).toBeUndefined();
      expect(readConfig(needed).oidc).toEqual({
        issuer: 'https://id.example.com/realms/a/',
        clientId: 'keyward',
        clientSecret: undefined,
        name: 'Single sign-on',
        scopes: 'openid profile email',
        groupsClaim: 'groups',
        roles: [
          { group: 'platform', role: 'admin' },
          { group: 'cn=ml', role: 'manager' },
          { group: '*', role: 'default' },
        ],
        linksByEmail: false,
        publicUrl: 'https://keyward.example.com',
      });
      const all = readConfig({
        ...needed,
        KEYWARD_OIDC_CLIENT_SECRET_FILE: 'f',
        KEYWARD_OIDC_NAME: 'Log in with Example',
        KEYWARD_OIDC_SCOPES: 'openid,groups  email',
        KEYWARD_OIDC_GROUPS_CLAIM: 'roles',
        KEYWARD_OIDC_LINK_BY_EMAIL: 'on',
      });
      expect(all.oidc).toMatchObject({
        clientSecret: { file: resolve('f') },
        name: 'Log in with Example',
        scopes: 'openid groups email',
        groupsClaim: 'roles',
        linksByEmail: true,
      });
    });

    test.each([
      [{ KEYWARD_OIDC_ROLES: undefined }, 'KEYWARD_OIDC_ROLES must be set too'],
      [{ KEYWARD_PUBLIC_URL: undefined }, 'KEYWARD_PUBLIC_URL must be set too'],
      [{ KEYWARD_OIDC_ISSUER: undefined }, 'KEYWARD_OIDC_ISSUER must be set too'],
      [{ KEYWARD_OIDC_ISSUER: 'http://id.example.com' }, 'KEYWARD_OIDC_ISSUER must begin with https://'],
      [{ KEYWARD_OIDC_ISSUER: 'http://127.0.0.1.example.com' }, 'must begin with https://'],
      [{ KEYWARD_OIDC_ISSUER: 'id.example.com' }, 'KEYWARD_OIDC_ISSUER must be an http or https URL'],
      [{ KEYWARD_OIDC_ISSUER: `https://u:${SECRET}@id.example.com` }, 'without credentials'],
      [{ KEYWARD_PUBLIC_URL: 'https://keyward.example.com?a=b' }, 'KEYWARD_PUBLIC_URL must be'],
      [{ KEYWARD_OIDC_SCOPES: 'email' }, 'KEYWARD_OIDC_SCOPES must contain openid'],
      [{ KEYWARD_OIDC_ROLES: 'a=admin,b=root' }, 'entry 2 is not'],
      [{ KEYWARD_OIDC_ROLES: '=admin' }, 'entry 1 is not'],
      [{ KEYWARD_OIDC_ROLES: 'admin' }, 'entry 1 is not'],
      [{ KEYWARD_OIDC_LINK_BY_EMAIL: 'true' }, 'KEYWARD_OIDC_LINK_BY_EMAIL must be one of on, off'],
      [{ KEYWARD_OIDC_NAME: 'a\nb' }, 'KEYWARD_OIDC_NAME must be one line'],
      [
        { KEYWARD_OIDC_CLIENT_SECRET: SECRET, KEYWARD_OIDC_CLIENT_SECRET_FILE: 'f' },
        'KEYWARD_OIDC_CLIENT_SECRET and KEYWARD_OIDC_CLIENT_SECRET_FILE are both set',
      ],
    ])('stops the start with %j', (change, reason) => {
      const environment = Object.entries({ ...needed, ...change }).filter(([, value]) => value !== undefined);
      const { message } = failure(Object.fromEntries(environment) as Record<string, string>);
      expect(message).toContain(reason);
      expect(message).not.toContain(SECRET);
    });

    test('may use plain http on this machine itself', () => {
      for (const issuer of ['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080/a'])
        expect(readConfig({ ...needed, KEYWARD_OIDC_ISSUER: issuer }).oidc?.issuer).toBe(issuer);
    });
  });

  test('others’ variables are none of our business', () => {
    expect(() => readConfig({ PATH: 'x', KEYWAR_PORT: '1', keyward_port: 'x' })).not.toThrow();
  });

  test.each([
    [{ KEYWARD_PORT: '65536' }, 'KEYWARD_PORT must be a whole number from 0 to 65535; it is "65536".'],
    [{ KEYWARD_PORT: '80.5' }, 'KEYWARD_PORT'],
    [{ KEYWARD_PORT: '-1' }, 'KEYWARD_PORT'],
    [{ KEYWARD_PORT: '0x50' }, 'KEYWARD_PORT'],
    [{ KEYWARD_LOG_LEVEL: 'loud' }, 'KEYWARD_LOG_LEVEL must be one of fatal, error, warn'],
    [{ KEYWARD_LOCAL_MODEL: 'yes' }, 'KEYWARD_LOCAL_MODEL must be one of on, off'],
    [{ KEYWARD_TLS_CERT_FILE: '/c' }, 'go together'],
    [{ KEYWARD_TLS_KEY_FILE: '/k' }, 'go together'],
    [{ KEYWARD_KEY_PREFIX: 'SK-' }, 'KEYWARD_KEY_PREFIX'],
    [{ KEYWARD_KEY_PREFIX: 'sk' }, 'KEYWARD_KEY_PREFIX'],
    [{ KEYWARD_KEY_PREFIX: 'abcdefghijklm-' }, 'KEYWARD_KEY_PREFIX'],
    [{ KEYWARD_DATABASE_URL: `mysql://u:${SECRET}@h/x` }, 'KEYWARD_DATABASE_URL must begin with postgres://'],
    [{ KEYWARD_TRUSTED_PROXIES: '10.0.0.0/8,proxy.local' }, 'KEYWARD_TRUSTED_PROXIES'],
    [{ KEYWARD_TRUSTED_PROXIES: '10.0.0.0/33' }, 'KEYWARD_TRUSTED_PROXIES'],
    [{ KEYWARD_CORS_ORIGINS: 'https://a.example/chat' }, 'KEYWARD_CORS_ORIGINS must be origins such as'],
    [{ KEYWARD_CORS_ORIGINS: 'https://a.example,b.example' }, 'entry 2 is not'],
    [{ KEYWARD_CORS_ORIGINS: '*,https://a.example' }, 'entry 1 is not'],
    [{ KEYWARD_CORS_ORIGINS: 'https://*.example' }, 'KEYWARD_CORS_ORIGINS'],
    [{ KEYWARD_CORS_ORIGINS: 'null' }, 'KEYWARD_CORS_ORIGINS'],
    [{ KEYWARD_UPLOAD_MAX_MIB: '0' }, 'KEYWARD_UPLOAD_MAX_MIB'],
    [{ KEYWARD_FETCH_PRIVATE: 'all' }, 'KEYWARD_FETCH_PRIVATE'],
    [{ KEYWARD_FETCH_PRIVATE: '10.0.0.0/8,allow' }, 'KEYWARD_FETCH_PRIVATE'],
    [{ KEYWARD_HOST: 'http://0.0.0.0' }, 'KEYWARD_HOST'],
    [{ KEYWARD_HOST: '0.0.0.0:80' }, 'KEYWARD_HOST'],
  ])('%j is refused in one line that says where and what', (environment, message) => {
    const error = failure(environment);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
    expect(error.exitCode).toBe(78);
    expect(error.message).not.toContain(SECRET);
  });

  test.each(['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost', 'db-1.internal'])('%s is a host', (host) => {
    expect(readConfig({ KEYWARD_HOST: host }).host).toBe(host);
  });

  test.each(['KEYWARD_MASTER_KEY', 'KEYWARD_PREVIOUS_MASTER_KEYS', 'CLIENT_API_KEYS', 'ADMIN_API_KEYS'])(
    'a wrong value elsewhere does not bring %s into the message',
    (name) => {
      const { message } = failure({ [name]: SECRET, KEYWARD_PORT: 'x' });
      expect(message).not.toContain(SECRET);
    },
  );
});

describe('a .env in the working directory', () => {
  const before = process.cwd();
  const environment = { ...process.env };
  let folder = '';

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'keyward-env-')));
    process.chdir(folder);
    for (const name of Object.keys(process.env)) if (name.startsWith('KEYWARD_')) delete process.env[name];
  });

  afterEach(() => {
    process.chdir(before);
    for (const name of Object.keys(process.env)) if (name.startsWith('KEYWARD_')) delete process.env[name];
    Object.assign(process.env, environment);
    rmSync(folder, { recursive: true, force: true });
  });

  test('is read; a variable already set wins, and one set to nothing does not', () => {
    writeFileSync(
      '.env',
      '# ours\nexport KEYWARD_PORT=1\nKEYWARD_HOST="::1"\nKEYWARD_LOG_LEVEL=debug\n\nOTHER=x\n',
    );
    process.env['KEYWARD_PORT'] = '2';
    process.env['KEYWARD_LOG_LEVEL'] = '';
    expect(loadConfig()).toMatchObject({
      port: 2,
      host: '::1',
      logLevel: 'debug',
      dataDir: join(folder, 'data'),
    });
  });

  test('need not be there', () => {
    expect(loadConfig().port).toBe(5390);
  });

  test('its unknown variables stop the start too', () => {
    writeFileSync('.env', `KEYWARD_MASTERKEY=${SECRET}\n`);
    expect(loadConfig).toThrow('KEYWARD_MASTERKEY is not a variable');
  });

  test('that is a folder, or cannot be read, stops the start in one line', () => {
    mkdirSync('.env');
    expect(loadConfig).toThrow(StartupError);
    expect(loadConfig).toThrow(/\.env cannot be read \(EISDIR\)/);
    chmodSync('.env', 0o700);
  });
});
