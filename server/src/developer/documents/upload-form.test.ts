import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { refuseUnreadable } from '../../http/answer/send-error.ts';
import { receiveUpload } from './upload-form.ts';

type Options = Parameters<typeof receiveUpload>[1];

/** A server that does nothing but take forms. */
async function serveForms(options: Options, limits: ServerOptions = {}): Promise<Server> {
  const server = createServer(limits, (request, response) => {
    receiveUpload(request, options).then(
      (upload) => response.end(JSON.stringify(upload ?? 'no form')),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  server.on('clientError', refuseUnreadable);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const takeForms = async (options: Options): Promise<string> =>
  `http://127.0.0.1:${portOf(await serveForms(options))}`;

/** Begins to send a file, and sends the rest on demand. */
function beginToSend(server: Server): { finish: () => void; answer: Promise<string> } {
  const [start, end] = [
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nThe beginning',
    ' and the end.\r\n--b--\r\n',
  ];
  const head = [
    'POST / HTTP/1.1',
    'Host: x',
    'Connection: close',
    'Content-Type: multipart/form-data; boundary=b',
    `Content-Length: ${start.length + end.length}`,
  ];
  const socket = connect(portOf(server), '127.0.0.1');
  socket.write(`${head.join('\r\n')}\r\n\r\n${start}`);
  const answer = socket
    .setEncoding('utf8')
    .toArray()
    .then((pieces) => pieces.join(''));
  return { finish: () => socket.write(end), answer };
}

function form(bytes: string): FormData {
  const data = new FormData();
  data.append('file', new Blob([bytes]), 'a.txt');
  return data;
}

const openTo = (path: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  }).length;

const fullDisk = { fileField: 'file', maxBytes: 1_000_000, create: () => open('/dev/full', 'r+') };

test('the client learns of a full disk, and the file is closed', async () => {
  const url = await takeForms(fullDisk);
  const answer = await fetch(url, { method: 'POST', body: form('x'.repeat(300_000)) });
  expect(await answer.json()).toEqual({
    refusal: 'Invalid file upload. There is no room for the file on the disk of this server.',
    isOurs: true,
  });
  expect(openTo('/dev/full')).toBe(0);
});

test('a file that is too large is refused before its end, and closed', async () => {
  const url = await takeForms({ fileField: 'file', create: () => open('/dev/null', 'r+'), maxBytes: 1000 });
  const before = openTo('/dev/null');
  const answer = await fetch(url, { method: 'POST', body: form('x'.repeat(300_000)) });
  expect(await answer.json()).toEqual({ refusal: 'Invalid file upload. File too large' });
  expect(openTo('/dev/null')).toBe(before);
});

test('a field named __proto__ changes nothing', async () => {
  const url = await takeForms(fullDisk);
  const data = new FormData();
  for (const name of ['__proto__', '__proto__[]', 'a', 'b[]', 'a']) data.append(name, name);
  const answer = await fetch(url, { method: 'POST', body: data });
  expect(await answer.json()).toEqual({ fields: { a: ['a', 'a'], b: ['b[]'] } });
});

const someFile = { fileField: 'file', maxBytes: 1000, create: () => open('/dev/null', 'r+') };

test('a file that moves may take longer than any other request', async () => {
  const limits = { requestTimeout: 50, headersTimeout: 50, connectionsCheckingInterval: 20 };
  const server = await serveForms(someFile, limits);
  const { finish, answer } = beginToSend(server);
  const [error] = (await once(server, 'clientError')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ERR_HTTP_REQUEST_TIMEOUT');
  finish();
  expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[^]*"name":"a\.txt"/);
});

test('a file that comes no further is refused, and closed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-upload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  const options = { ...someFile, create: () => open(path, 'w+'), standstillMs: 20 };
  const { answer } = beginToSend(await serveForms(options));
  expect(await answer).toContain('{"refusal":"Invalid file upload. It stopped coming"}');
  expect(openTo(path)).toBe(0);
});
