import { request as httpRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { TestServer } from '../../../test/server.ts';

/** Posts JSON of which the second half is sent when `meanwhile` is done. @returns the status of the answer. */
export async function postSlowly(
  server: TestServer,
  { path, key, body }: { path: string; key: string; body: object },
  meanwhile: () => Promise<unknown>,
): Promise<number | undefined> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': text.length,
  };
  const request = httpRequest(server.url + path, { method: 'POST', headers });
  const status = new Promise<number | undefined>((resolve, reject) => {
    request.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
  });
  request.write(text.slice(0, 10));
  // Long enough to be admitted.
  await wait(200);
  await meanwhile();
  request.end(text.slice(10));
  return status;
}
