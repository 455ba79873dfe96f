import { request as httpRequest } from 'node:http';
import { expect } from 'vitest';
import type { TestServer } from '../server.ts';

interface SlowRequest {
  path: string;
  /** Those of the caller: a key, or a cookie. */
  headers: Record<string, string>;
  body: object;
}

/** Posts JSON of which the second half is sent when `meanwhile` is done. @returns the status of the answer. */
export async function postSlowly(
  { url, app }: TestServer,
  { path, headers, body }: SlowRequest,
  meanwhile: () => Promise<unknown>,
): Promise<number | undefined> {
  const text = JSON.stringify(body);
  const { runs } = app.core.nodes;
  const before = new Set(runs.newest());
  const request = httpRequest(url + path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'content-length': text.length },
  });
  const status = new Promise<number | undefined>((resolve, reject) => {
    request.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
  });
  request.write(text.slice(0, 10));
  // Admitted, and reading its body.
  await expect.poll(() => runs.newest().some((run) => !before.has(run))).toBe(true);
  await meanwhile();
  request.end(text.slice(10));
  return status;
}
