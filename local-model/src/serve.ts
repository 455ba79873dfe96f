import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { Api } from './api.ts';
import { writeLine } from './lines.ts';
import { Models, type Threads } from './models.ts';

/** For running requests after SIGTERM. */
const GRACE_MS = 5_000;
/** For clients to read the error of an ended request. */
const LAST_ANSWER_MS = 1_000;
const LAST_TIDYING_MS = 2_000;
/** Between two closings of idle connections. */
const SWEEP_MS = 25;

export interface ServeOptions {
  readonly modelsDir: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly threads: Threads;
  readonly chat?: { readonly file: string; readonly name: string } | undefined;
  readonly token?: string | undefined;
}

/**
 * Listens at once, brings the models up meanwhile, and runs until SIGTERM, SIGINT, or the end of stdin. Returns the
 * exit code: 1 when it cannot listen.
 */
export async function runServe(options: ServeOptions): Promise<number> {
  const ended = untilAsked();
  const stopping = new AbortController();
  const { modelsDir, threads, chat, token } = options;
  const models = new Models({ modelsDir, threads, chat, tell: writeLine });
  const { server } = new Api({ models, token, stopping: stopping.signal });
  // A supervisor that stops reading must not end this process by a broken pipe; the end of stdin does that.
  process.stdout.on('error', () => undefined);
  try {
    server.listen(options.port, options.host);
    await once(server, 'listening');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    process.stderr.write(`cannot listen on ${options.host} port ${options.port}: ${code}\n`);
    return 1;
  }
  writeLine({ event: 'listening', port: (server.address() as AddressInfo).port });
  const bringingUp = models.bringUp(stopping.signal);
  const graceMs = (await ended) === 'signal' ? GRACE_MS : 0;
  await closeServer(server, graceMs, stopping);
  // Removes a half-fetched file. Loading a model cannot be interrupted, and is not waited for.
  await Promise.race([bringingUp, sleep(LAST_TIDYING_MS)]);
  return 0;
}

/** Accepts no more requests, lets the running ones finish for `graceMs`, then aborts them. */
async function closeServer(server: Server, graceMs: number, stopping: AbortController): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const giveUp = setTimeout(() => stopping.abort(new Error('stopping')), graceMs);
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs + LAST_ANSWER_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(giveUp);
  clearTimeout(cutOff);
  stopping.abort(new Error('stopping'));
}

/** Resolves when this process is asked to end. */
function untilAsked(): Promise<'signal' | 'stdin'> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve('signal'));
    if (!stdinIsHeld()) return;
    process.stdin.on('end', () => resolve('stdin')).on('close', () => resolve('stdin'));
    process.stdin.on('error', () => resolve('stdin')).resume();
  });
}

/** Whether stdin has another end that can close: /dev/null and files end at once. */
function stdinIsHeld(): boolean {
  try {
    const stats = fstatSync(0);
    return isatty(0) || stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}
