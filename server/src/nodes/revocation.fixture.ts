import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startCoreProcess, type CoreProcess } from '../../test/core-processes.ts';
import type { TestDatabase } from '../../test/databases.ts';

export interface Revoked {
  nodes: number;
  waited_ms: number;
  ackNs: number;
  tookMs: number;
}

export interface Seen {
  fromMemory: number;
  admitted: number;
  refused: number;
  lastAdmittedBeganNs: number;
}

export interface NewKey {
  id: string;
  secret: string;
}

type AtEnd = (end: () => void) => void;

/** Starts Keywards that share one database, as several servers of one operator do. @param atEnd as of startCoreProcess */
export function starter(
  database: Pick<TestDatabase, 'dialect' | 'location'>,
  atEnd: AtEnd = onTestFinished,
): () => Promise<CoreProcess> {
  const dataDir =
    database.dialect === 'sqlite' ? dirname(database.location) : mkdtempSync(join(tmpdir(), 'keyward-data-'));
  if (database.dialect === 'postgres') atEnd(() => rmSync(dataDir, { recursive: true, force: true }));
  const environment = {
    KEYWARD_DATA_DIR: dataDir,
    KEYWARD_MASTER_KEY: randomBytes(32).toString('base64'),
    ...(database.dialect === 'postgres' ? { KEYWARD_DATABASE_URL: database.location } : {}),
  };
  return () => startCoreProcess(environment, atEnd);
}

/** Two Keywards on one database, with an owner called `tests`. */
export async function startPair(
  database: Pick<TestDatabase, 'dialect' | 'location'>,
  atEnd?: AtEnd,
): Promise<{ a: CoreProcess; b: CoreProcess; start: () => Promise<CoreProcess> }> {
  const start = starter(database, atEnd);
  const [a, b] = await Promise.all([start(), start()]);
  await a.ask('owner', { name: 'tests' });
  return { a, b, start };
}

let keys = 0;
export const mintIn = (process: CoreProcess, owner = 'tests'): Promise<NewKey> =>
  process.ask<NewKey>('mint', { name: `key ${++keys}`, owner });

export const revokeIn = (process: CoreProcess, key: string, verb = 'revoke'): Promise<Revoked> =>
  process.ask<Revoked>('change', { key, verb });

export interface Identified {
  valid: boolean;
  code: string;
  fromMemory: boolean;
}

export const identifyIn = (process: CoreProcess, text: string): Promise<Identified> =>
  process.ask<Identified>('identify', { text });

/** Asks until it was answered from memory. */
export async function warm(process: CoreProcess, text: string): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    const { valid, fromMemory } = await identifyIn(process, text);
    if (!valid) throw new Error('The key is not good.');
    if (fromMemory) return;
  }
  throw new Error('The key never came from memory.');
}

/** The values below which these shares of all lie. */
export function percentiles(values: number[], shares: number[]): number[] {
  const sorted = [...values].sort((x, y) => x - y);
  return shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}
