import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../test/server.ts';

const encoded = (text: string): string =>
  text.replaceAll(/./g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

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

  test('a report of a leak needs no key, always gets the same answer, and quarantines a real key', async () => {
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

  test('an address beyond its share of reports gets the same answer without a look-up', async () => {
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
    ['with an encoded mark', (secret) => `/v1/models?q=${secret.replace('kw1', 'k%771')}`],
    ['with an encoded letter in a path', (secret) => `/v1/keys/${secret.replace('kw1', '%6Bw1')}`],
    ['encoded as a whole', (secret) => `/healthz?x=${encoded(secret)}`],
    ['encoded as a whole, in small letters', (secret) => `/healthz?x=${encoded(secret).toLowerCase()}`],
    ['encoded twice', (secret) => `/healthz?x=${encodeURIComponent(encoded(secret))}`],
    ['encoded five times', (secret) => `/healthz?x=${encoded(secret).replaceAll('%', '%25252525')}`],
    ['encoded beside what cannot be decoded', (secret) => `/healthz?x=%ff%zz${encoded(secret)}%`],
    ['in the name of a parameter', (secret) => `/healthz?${encoded(secret)}=1`],
    ['broken by a +', (secret) => `/healthz?x=${secret.slice(0, 20)}+${secret.slice(20)}`],
    [
      'broken by an encoded line end',
      (secret) => `/healthz?x=${secret.slice(0, 20)}%0D%0A${secret.slice(20)}`,
    ],
    ['after a +', (secret) => `/healthz?x=Bearer+${secret}`],
    ['in the middle of letters', (secret) => `/healthz?x=abc${secret}xyz`],
  ])('a key %s is refused and quarantined, because every log has it now', async ([, path]) => {
    const { id, secret } = await server.mint();
    const answer = await server.request<{ code: string; error?: { code: string } }>('GET', path(secret), {
      key: null,
    });
    expect([answer.status, answer.body.error?.code ?? answer.body.code]).toEqual([400, 'key_in_url']);
    expect(answer.text).not.toContain(secret);
    expect(await stateOf(id)).toMatchObject({ state: 'quarantined' });
    expect(server.log.join('')).not.toContain(secret);
  });

  test('a key in a URL of the Developer API is refused in the shape of that API, and quarantined', async () => {
    const { id, secret } = await server.mint();
    const answer = await server.request('GET', `/api/v1/workspace/${encoded(secret)}`, { key: null });
    expect([answer.status, answer.text.includes('A key was sent in the URL')]).toEqual([400, true]);
    expect(await stateOf(id)).toMatchObject({ state: 'quarantined' });
  });

  const bad = 'x'.repeat(17_000);
  test.for<[string, (secret: string) => string]>([
    [
      'that cannot be decoded',
      (secret) => `GET /v1/keys/%ff/${secret} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
    ],
    [
      'that cannot be decoded, encoded',
      (secret) => `GET /%ff?k=${encoded(secret)} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
    ],
    ['with two hosts', (secret) => `GET /healthz?k=${secret} HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n`],
    ['of an odd version', (secret) => `GET /healthz?k=${secret} HTTP/1.2\r\nhost: a\r\n\r\n`],
    ['of HTTP/0.9', (secret) => `GET /healthz?k=${secret}\r\n\r\n`],
    [
      'with an expectation',
      (secret) => `GET /?k=${secret} HTTP/1.1\r\nhost: a\r\nexpect: tea\r\nconnection: close\r\n\r\n`,
    ],
    ['of an unknown method', (secret) => `BREW /?k=${secret} HTTP/1.1\r\nhost: a\r\n\r\n`],
    [
      'with a head that is too long',
      (secret) => `GET /?k=${secret} HTTP/1.1\r\nhost: a\r\nx: ${bad}\r\n\r\n`,
    ],
    [
      'with a head that cannot be read',
      (secret) => `GET /?k=${secret} HTTP/1.1\r\nhost: a\r\na b: c\r\n\r\n`,
    ],
    ['as a user', (secret) => `GET http://u:${secret}@a/healthz HTTP/1.1\r\nhost: a\r\n\r\n`],
    ['in a fragment', (secret) => `GET /healthz#${secret} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`],
  ])('a key in the URL of a request %s is quarantined too', async ([, bytes]) => {
    const { id, secret } = await server.mint();
    const answer = await server.raw(bytes(secret));
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toContain(secret);
    await expect.poll(async () => (await stateOf(id)).state).toBe('quarantined');
  });

  test('a key in an unreadable body or header does not count as a key in a URL', async () => {
    const { id, secret } = await server.mint();
    const head = `host: a\r\nauthorization: Bearer ${secret}\r\n`;
    await server.raw(`GET /healthz HTTP/1.1\r\n${head}a b: c\r\n\r\n`);
    await server.raw(
      `POST /v1/keys/verify HTTP/1.1\r\n${head}transfer-encoding: chunked\r\n\r\nGET /${secret} x\r\n`,
    );
    expect((await stateOf(id)).state).toBe('active');
  });

  test('a text with a wrong checksum or another form does not count as a key', async () => {
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
