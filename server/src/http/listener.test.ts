import { execFileSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeOnServer, type StartServer } from '../../test/server.ts';
import { openApp } from '../app.ts';
import { readConfig } from '../config.ts';

describeOnServer('sqlite', 'localhost', (start) => {
  test('the server on localhost listens on every address of localhost', async () => {
    const { port } = await start({ KEYWARD_HOST: 'localhost' });
    const addresses = await lookup('localhost', { all: true });
    for (const { address, family } of addresses) {
      const host = family === 6 ? `[${address}]` : address;
      expect((await fetch(`http://${host}:${port}/healthz`)).status).toBe(200);
    }
  });
});

describeOnServer('sqlite', 'TLS', (start) => {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-tls-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  beforeAll(() => {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, ...files],
      { stdio: 'ignore' },
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a server with TLS serves HTTPS and refuses plain HTTP', async () => {
    const server = await start({ KEYWARD_TLS_CERT_FILE: cert, KEYWARD_TLS_KEY_FILE: key });
    expect(server.url).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      request(
        `${server.url}/v1/keys/self`,
        { rejectUnauthorized: false, headers: { 'x-api-key': server.adminKey } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
    expect(await server.raw('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')).not.toContain('200 OK');
  });

  test('unusable TLS files stop the start with one line that names the variable', async () => {
    const open = async (certFile: string, keyFile: string) => {
      const config = readConfig({
        KEYWARD_DATA_DIR: join(folder, 'data'),
        KEYWARD_LOCAL_MODEL: 'off',
        KEYWARD_TLS_CERT_FILE: certFile,
        KEYWARD_TLS_KEY_FILE: keyFile,
      });
      const app = await openApp(config, pino({ level: 'silent' }));
      await app.stop();
    };
    const odd = join(folder, 'odd.pem');
    writeFileSync(odd, 'nothing');
    await expect(open(join(folder, 'none.pem'), key)).rejects.toThrow(
      /^KEYWARD_TLS_CERT_FILE: .*none\.pem cannot be read \(ENOENT\)\.$/,
    );
    await expect(open(odd, key)).rejects.toThrow(
      /^KEYWARD_TLS_CERT_FILE and KEYWARD_TLS_KEY_FILE cannot be used/,
    );
  });
});

const XFF = 'x-forwarded-for';

describeOnServer('sqlite', 'addresses', (start) => {
  const seenFrom = async (start: StartServer, proxies: string | undefined, forwarded: string) => {
    const server = await start(proxies === undefined ? {} : { KEYWARD_TRUSTED_PROXIES: proxies });
    const { secret } = await server.mint({ scopes: ['models:use'], selectors: { ips: ['10.1.1.1'] } });
    const self = (ip: string) =>
      server.request('GET', '/v1/keys/self', { key: secret, headers: { [XFF]: ip } });
    return (await self(forwarded)).status;
  };

  describe.each([
    [undefined, '10.1.1.1', 401, 'no proxy is trusted: the header is not read'],
    ['10.0.0.0/8', '10.1.1.1', 401, 'this connection comes from no trusted proxy'],
    ['127.0.0.1', '10.1.1.1', 200, 'the trusted proxy says so'],
    ['127.0.0.1', '10.1.1.1, 8.8.8.8', 401, 'the caller wrote everything further left'],
    ['127.0.0.1, 8.8.8.8', '10.1.1.1, 8.8.8.8', 200, 'the next one is a proxy as well'],
    ['127.0.0.1', '10.1.1.1, nonsense', 401, 'an invalid address is not trusted'],
    ['127.0.0.1', '::ffff:10.1.1.1', 200, 'an IPv4-mapped address counts as IPv4'],
  ] as const)('proxies %s, header %s', (proxies, forwarded, status, why) => {
    test(`an address behind a proxy gets ${status}: ${why}`, async () => {
      expect(await seenFrom(start, proxies, forwarded)).toBe(status);
    });
  });

  test('an invalid range of proxies stops the start', async () => {
    await expect(start({ KEYWARD_TRUSTED_PROXIES: '10.0.0.0/8,home' })).rejects.toThrow(
      /^KEYWARD_TRUSTED_PROXIES must be /,
    );
  });

  test('a port in use stops the start with one line', async () => {
    const server = await start();
    await expect(start({ KEYWARD_PORT: String(server.port) })).rejects.toThrow(
      `Port ${server.port} of 127.0.0.1 is in use: stop the program that listens there, or set KEYWARD_PORT.`,
    );
  });
});
