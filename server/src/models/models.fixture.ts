import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { startTestUpstream, type TestUpstream } from '../../test/upstream.ts';
import type { OpenDatabase, TestDatabase } from '../../test/databases.ts';
import { auditOn } from '../audit/audit.fixture.ts';
import { auditMigrations } from '../audit/index.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { Sealing } from '../sealing/index.ts';
import { migrate, openStorage, type Storage } from '../storage/index.ts';
import { addUpstream, Models, modelsMigrations } from './index.ts';
import type { Answer, ForwardRequest, JsonObject, LocalModel, UpstreamInput } from './index.ts';

export const ACTOR = { kind: 'cli' } as const;

/** A clock that a test moves; it also goes on by itself. */
export class MovableClock implements Clock {
  aheadMs = 0;
  nowMs(): number {
    return systemClock.nowMs() + this.aheadMs;
  }
  monotonicMs(): number {
    return systemClock.monotonicMs() + this.aheadMs;
  }
}

export interface TestModels {
  models: Models;
  clock: MovableClock;
  storage: Storage;
  /** All that was logged, at the finest level. */
  logged(): string;
}

/** Models on a database with its tables; undefined: an SQLite in memory for what does not touch SQL. */
export async function openModels(
  options: {
    database?: TestDatabase;
    storage?: Storage;
    localModel?: LocalModel;
    masterKey?: Uint8Array;
  } = {},
): Promise<TestModels> {
  const storage = options.storage ?? options.database?.storage ?? (await inMemory());
  await migrate(storage, [...auditMigrations, ...modelsMigrations], Date.now());
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const clock = new MovableClock();
  const models = new Models({
    storage,
    clock,
    logger: pino({ level: 'trace' }, sink),
    sealing: Sealing.open({ masterKey: options.masterKey ?? MASTER_KEY }),
    audit: auditOn(storage, { clock }),
    localModel: options.localModel,
  });
  onTestFinished(() => models.stop());
  return { models, clock, storage, logged: () => text };
}

const MASTER_KEY = randomBytes(32);

async function inMemory(): Promise<Storage> {
  const { mkdtempSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const folder = mkdtempSync(`${tmpdir()}/keyward-models-`);
  const storage = await openStorage(`${folder}/keyward.db`);
  onTestFinished(async () => {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return storage;
}

export async function openUpstream(port?: number): Promise<TestUpstream> {
  const upstream = await startTestUpstream(port);
  onTestFinished(() => upstream.close());
  return upstream;
}

/** One upstream `test` with a key, and what forwards to it. */
export async function openOne(
  input: Partial<UpstreamInput> = {},
  open?: OpenDatabase,
): Promise<TestModels & { upstream: TestUpstream; id: string }> {
  const upstream = await openUpstream();
  const database = await open?.();
  const opened = await openModels(database === undefined ? {} : { database });
  const { id } = await addUpstream(
    opened.models,
    { name: 'test', base_url: upstream.baseUrl, api_key: UPSTREAM_KEY, ...input },
    ACTOR,
  );
  return { ...opened, upstream, id };
}

export const UPSTREAM_KEY = 'sk-of-the-upstream-0123456789abcdef';

export function chatRequest(
  parsed: JsonObject = {},
  more: Partial<ForwardRequest> = {},
): ForwardRequest & { body: Buffer } {
  const whole = { model: 'gpt-test', messages: [{ role: 'user', content: 'Say hello.' }], ...parsed };
  return {
    path: '/chat/completions',
    model: whole.model,
    parsed: whole,
    contentType: 'application/json',
    headers: {},
    signal: new AbortController().signal,
    ...more,
    body: Buffer.isBuffer(more.body) ? more.body : Buffer.from(JSON.stringify(whole)),
  };
}

export async function bodyOf(answer: Answer): Promise<Buffer> {
  return Buffer.concat((await answer.body.toArray()) as Buffer[]);
}
