import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../test/server.ts';

describeOnServer('sqlite', 'the form of a request', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  const statusOf = async (bytes: string): Promise<number> => {
    const answer = await server.raw(bytes);
    // One answer, and nothing after it.
    expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1);
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
  };

  test.for([
    ['two Host headers', 'GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n'],
    ['the same Host header twice', 'GET /healthz HTTP/1.1\r\nhost: a\r\naccept: */*\r\nHOST: a\r\n\r\n'],
    ['two Host headers of HTTP/1.0', 'GET /healthz HTTP/1.0\r\nhost: a\r\nhost: b\r\n\r\n'],
    ['two Host headers where there is no route', 'GET /nowhere HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n'],
    [
      'two Host headers in another method',
      'POST /v1/keys HTTP/1.1\r\nhost: a\r\nhost: b\r\ncontent-length: 0\r\n\r\n',
    ],
    [
      'two Host headers in an address that cannot be decoded',
      'GET /%ff HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n',
    ],
    ['two hosts in one header', 'GET /healthz HTTP/1.1\r\nhost: a, b\r\n\r\n'],
    ['a host with a user', 'GET /healthz HTTP/1.1\r\nhost: a@b\r\n\r\n'],
    ['a host with a path', 'GET /healthz HTTP/1.1\r\nhost: a/b\r\n\r\n'],
    ['no Host header', 'GET /healthz HTTP/1.1\r\naccept: */*\r\n\r\n'],
    ['an empty Host header', 'GET /healthz HTTP/1.1\r\nhost:\r\n\r\n'],
    ['no version, as HTTP/0.9 had it', 'GET /healthz\r\n\r\n'],
    ['the version 0.9', 'GET /healthz HTTP/0.9\r\nhost: a\r\n\r\n'],
    ['the version 2.0', 'GET /healthz HTTP/2.0\r\nhost: a\r\n\r\n'],
    ['the version 1.2', 'GET /healthz HTTP/1.2\r\nhost: a\r\n\r\n'],
    ['lines that end in LF alone', 'GET /healthz HTTP/1.1\nhost: a\n\n'],
    ['one line that ends in LF alone', 'GET /healthz HTTP/1.1\r\nhost: a\naccept: */*\r\n\r\n'],
    ['a folded header', 'GET /healthz HTTP/1.1\r\nhost: a\r\naccept: x\r\n y\r\n\r\n'],
    ['a space before the colon', 'GET /healthz HTTP/1.1\r\nhost : a\r\n\r\n'],
    ['two lengths', 'POST /v1/keys HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\ncontent-length: 5\r\n\r\n'],
    [
      'a length beside chunks',
      'POST /v1/keys HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'chunks in HTTP/1.0',
      'POST /v1/keys HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a coding that is not known', 'POST /v1/keys HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n'],
    [
      'another coding beside chunks',
      'POST /v1/keys HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'chunks where nobody waits for a body',
      'GET /healthz HTTP/1.1\r\nhost: a\r\ntransfer-encoding: x\r\n\r\n0\r\n\r\n',
    ],
    ['a target at another host', 'GET http://b/healthz HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a target at another port', 'GET http://a:1/healthz HTTP/1.1\r\nhost: a:2\r\n\r\n'],
    ['a target with a user', 'GET http://u@a/healthz HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a target of another scheme', 'GET gopher://a/healthz HTTP/1.1\r\nhost: a\r\n\r\n'],
  ])('an invalid request is refused with 400: %s', async ([, bytes = '']) => {
    // A request that is smuggled behind it would be answered as well.
    expect(await statusOf(`${bytes}GET /v1/keys/self HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)).toBe(
      400,
    );
  });

  test.for([
    ['HTTP/1.1 with one host', 'GET /healthz HTTP/1.1\r\nhost: a.example:5390\r\nconnection: close\r\n\r\n'],
    ['HTTP/1.1 with an address', 'GET /healthz HTTP/1.1\r\nHost: [::1]:5390\r\nconnection: close\r\n\r\n'],
    [
      'a whole address',
      'GET http://A.example/healthz HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n',
    ],
    ['HTTP/1.0 with a host', 'GET /healthz HTTP/1.0\r\nhost: a_b\r\n\r\n'],
    ['HTTP/1.0 without one', 'GET /healthz HTTP/1.0\r\n\r\n'],
  ])('a valid request is accepted: %s', async ([, bytes = '']) => {
    expect(await statusOf(bytes)).toBe(200);
  });

  test('unreadable bytes behind a request get no answer of their own, and change none', async () => {
    // The answer is still to come when the rest is read.
    const asked = `GET /v1/keys HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${server.adminKey}\r\n\r\n`;
    const answer = await server.raw(`${asked}\u0001 garbage\r\n\r\n`);
    expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200']);
  });
});
