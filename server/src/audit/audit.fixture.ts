import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { sql } from 'kysely';
import pino from 'pino';
import type { OpenDatabase, TestDatabase } from '../../test/databases.ts';
import { systemClock } from '../base/clock.ts';
import { Nodes } from '../nodes/index.ts';
import type { Storage } from '../storage/index.ts';
import { recordHash, type RecordRow } from './record.ts';
import { append } from './append.ts';
import { secretNet } from './secret-net.ts';
import { Audit, auditMigrations, type AuditEntry, type AuditSigner } from './index.ts';

export const T0 = Date.parse('2026-01-02T03:04:05.678Z');

/** A database with `count` records in it. */
export async function auditDatabase(open: OpenDatabase, count = 0): Promise<TestDatabase> {
  const database = await open(auditMigrations);
  for (let number = 1; number <= count; number++) await appendOne(database.storage, number);
  return database;
}

export function entry(number: number): AuditEntry {
  return {
    actor: `key:key_actor${number % 3}`,
    action: number % 2 === 0 ? 'keys.mint' : 'keys.revoke',
    target: `key_target${number}`,
    outcome: 'ok',
    details: { actor_name: 'CI', number, names: ['b', 'a'], nested: { z: null, a: true } },
  };
}

export function appendOne(storage: Storage, number: number): Promise<{ seq: number; hash: string }> {
  return storage.transaction((tx) => append(tx, [entry(number)], { nowMs: T0 + number, net: secretNet() }));
}

/** Audit on a database, of a process that has not joined the others. */
export function auditOn(storage: Storage, { clock = systemClock, keyPrefix = 'sk-' } = {}): Audit {
  const logger = pino({ level: 'silent' });
  const nodes = new Nodes({ storage, clock, logger, version: 'test', socketDir: '', database: '' });
  return new Audit({ storage, nodes, clock, keyPrefix });
}

export function newSigner(): AuditSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return {
    publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    keyId: createHash('sha256').update(spki).digest('hex').slice(0, 16),
    sign: (bytes) => sign(null, bytes, privateKey),
  };
}

/** What somebody who owns the database does first. */
export async function dropTriggers(storage: Storage): Promise<void> {
  const drops =
    storage.dialect === 'postgres'
      ? ['records', 'checkpoints'].map((name) => `drop trigger audit_${name}_no_change on audit_${name}`)
      : ['records_no_update', 'records_no_delete', 'checkpoints_no_update', 'checkpoints_no_delete'].map(
          (name) => `drop trigger audit_${name}`,
        );
  await run(storage, ...drops);
}

export async function run(storage: Storage, ...statements: string[]): Promise<void> {
  await storage.transaction(async (tx) => {
    for (const statement of statements) await sql.raw(statement).execute(tx);
  });
}

export async function allRows(storage: Storage): Promise<RecordRow[]> {
  return (await sql<RecordRow>`select * from audit_records order by seq`.execute(storage.db)).rows;
}

/** Puts other rows in the place of all, as they are. */
export async function replaceRows(storage: Storage, rows: RecordRow[]): Promise<void> {
  await storage.transaction(async (tx) => {
    await sql`delete from audit_records`.execute(tx);
    for (const row of rows) {
      const values = sql.join(Object.values(row));
      await sql`insert into audit_records (${sql.raw(Object.keys(row).join(', '))}) values (${values})`.execute(
        tx,
      );
    }
  });
}

/** Gives the rows numbers and hashes as if they had always stood like this. */
export function rechain(rows: RecordRow[]): RecordRow[] {
  let prev_hash = '0'.repeat(64);
  return rows.map((row, index) => {
    const content = { ...row, seq: index + 1, prev_hash };
    prev_hash = recordHash(content);
    return { ...content, hash: prev_hash };
  });
}

export async function rewriteHead(storage: Storage, rows: RecordRow[]): Promise<void> {
  const last = rows.at(-1)!;
  await run(storage, `update audit_head set seq = ${last.seq}, hash = '${last.hash}'`);
}
