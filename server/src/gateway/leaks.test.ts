import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers } from '../../test/server.ts';
import type { TestServer } from '../../test/server.ts';

interface Key {
  state: string;
  state_reason: string | null;
}

describeOnBothServers('keys that are found lying about', (start) => {
  let server: TestServer;
  const stateOf = async (id: string) => (await server.request<Key>('GET', `/v1/keys/${id}`)).body;

  beforeAll(async () => {
    server = await start();
  });

  test('a report needs no key, is always answered the same, and quarantines a real key', async () => {
    const real = await server.mint();
    const report = (token: string) =>
      server.request('POST', '/v1/keys/report', {
        key: null,
        body: { token, url: `https://paste.example/x?key=${token}#${token}` },
      });
    const answers = [
      await report(real.secret),
      await report('sk-proj-of-somebody'),
      await report(real.secret),
    ];
    for (const { status, text } of answers) expect([status, text]).toEqual([202, answers[0]?.text]);
    const found = await stateOf(real.id);
    expect(found.state).toBe('quarantined');
    expect(found.state_reason).toContain('https://paste.example/x');
    expect(found.state_reason).not.toContain(real.secret);
    const audit = await server.request('GET', `/v1/audit?target=${real.id}&action=keys.quarantine`);
    expect(audit.text).toContain('Reported as leaked');
    expect(audit.text).not.toContain(real.secret);
  });

  test('beyond its share an address is answered the same, and nothing is looked up', async () => {
    const late = await server.mint();
    const body = { token: 'x' };
    for (let i = 0; i < 10; i++) await server.request('POST', '/v1/keys/report', { key: null, body });
    const answer = await server.request('POST', '/v1/keys/report', {
      key: null,
      body: { token: late.secret },
    });
    expect(answer.status).toBe(202);
    expect((await stateOf(late.id)).state).toBe('active');
  });

  test.for<[string, (secret: string) => string]>([
    ['in a query', (secret) => `/v1/models?api_key=${secret}`],
    ['in a query of a public path', (secret) => `/healthz?key=${secret}`],
    ['in a path', (secret) => `/v1/keys/${secret}`],
    ['in a path that does not exist', (secret) => `/nowhere/${secret}`],
    ['behind other text', (secret) => `/v1/models?q=Bearer%20${secret}%22`],
  ])('a key %s is refused, and quarantined: it is in every log now', async ([, path]) => {
    const { id, secret } = await server.mint();
    const answer = await server.request<{ code: string; error?: { code: string } }>('GET', path(secret), {
      key: null,
    });
    expect([answer.status, answer.body.error?.code ?? answer.body.code]).toEqual([400, 'key_in_url']);
    expect(answer.text).not.toContain(secret);
    expect(await stateOf(id)).toMatchObject({ state: 'quarantined' });
    expect(server.log.join('')).not.toContain(secret);
  });

  test('a look-alike is no key: wrong checksum, another form', async () => {
    const { id, secret } = await server.mint();
    const last = secret.endsWith('0') ? '1' : '0';
    const alike = [`${secret.slice(0, -1)}${last}`, secret.slice(0, -1), 'sk-kw1', 'kw1'];
    for (const value of alike)
      expect([value, (await server.request('GET', `/healthz?x=${value}`)).status]).toEqual([value, 422]);
    const made = `sk-kw1${'0'.repeat(50)}`;
    expect((await server.request('GET', `/healthz?x=${made}`)).status).toBe(422);
    expect((await stateOf(id)).state).toBe('active');
  });
});
