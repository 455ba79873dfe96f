import { readlinkSync, readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { receiveUpload } from './upload.ts';

type Options = Parameters<typeof receiveUpload>[1];

/** A server that does nothing but take forms. */
async function takeForms(options: Options): Promise<string> {
  const server = createServer((request, response) => {
    receiveUpload(request, options).then(
      (upload) => response.end(JSON.stringify(upload ?? 'no form')),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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

test('a full disk is told to the client, and the file is closed', async () => {
  const url = await takeForms(fullDisk);
  const answer = await fetch(url, { method: 'POST', body: form('x'.repeat(300_000)) });
  expect(await answer.json()).toEqual({
    refusal: 'Invalid file upload. There is no room for the file on the disk of this server.',
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
