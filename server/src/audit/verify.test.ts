import { PassThrough, Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { backup, restore, type Storage } from '../storage/index.ts';
import {
  allRows,
  appendOne,
  auditDatabase,
  dropTriggers,
  newSigner,
  rechain,
  replaceRows,
  rewriteHead,
  run,
  T0,
} from './audit.fixture.ts';
import { exportRecords } from './export.ts';
import { auditMigrations, checkpoint, verifyFile, verifyStorage } from './index.ts';
import type { Checkpoint, Fault, VerifyOptions } from './index.ts';
import { recordHash, type RecordRow } from './record.ts';

const signer = newSigner();

async function* without(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield line.trimEnd();
}

describeOnBothDatabases('verifying the audit log', (open) => {
  /** Ten records; checkpoints at 4 and, made last, at 8. */
  async function ready(): Promise<{ storage: Storage; rows: RecordRow[]; saved: Checkpoint }> {
    const { storage } = await auditDatabase(open, 4);
    await checkpoint(storage, signer, T0);
    for (let number = 5; number <= 8; number++) await appendOne(storage, number);
    const saved = await checkpoint(storage, signer, T0);
    for (let number = 9; number <= 10; number++) await appendOne(storage, number);
    await dropTriggers(storage);
    return { storage, rows: await allRows(storage), saved: saved! };
  }

  /** What is wrong in the database, where an export of it fails verification too. */
  async function faultIn(storage: Storage, options: VerifyOptions = {}): Promise<[number, Fault]> {
    const outcome = await verifyStorage(storage, options);
    const file = await verifyFile(without(exportRecords(storage.db)), options);
    if (outcome.valid || file.valid) throw new Error('nothing was found');
    return [outcome.seq, outcome.reason];
  }

  it('the verification of the audit record accepts an unchanged record', async () => {
    const { storage, rows, saved } = await ready();
    const whole = { valid: true, records: 10, hash: rows[9]!.hash, checkpoints: 2 };
    expect(await verifyStorage(storage)).toEqual({ ...whole, trusted_to_seq: 0 });
    expect(await verifyStorage(storage, { publicKey: signer.publicKeyPem })).toEqual({
      ...whole,
      trusted_to_seq: 8,
    });
    const options = { checkpoints: [saved] };
    expect(await verifyStorage(storage, options)).toMatchObject({ valid: true, trusted_to_seq: 8 });
    expect(await verifyFile(without(exportRecords(storage.db)), options)).toMatchObject({
      valid: true,
      records: 10,
    });
  });

  it('an export in which a line names a member twice is malformed: a reader may take the first one', async () => {
    const { storage } = await ready();
    const lines: string[] = [];
    for await (const line of without(exportRecords(storage.db))) lines.push(line);
    for (const [at, line] of lines.entries()) {
      const edited = lines.with(at, line.replace(/^\{("\w+":)/, '{$1null,$1'));
      expect(await verifyFile(Readable.from(edited))).toMatchObject({ valid: false, reason: 'malformed' });
    }
  });

  it('the verification of the audit record accepts an empty record', async () => {
    const { storage } = await auditDatabase(open);
    expect(await verifyStorage(storage)).toMatchObject({ valid: true, records: 0 });
    expect(await verifyFile(without(exportRecords(storage.db)))).toMatchObject({ valid: true, records: 0 });
  });

  it('the verification of the audit record finds an edit of any field', async () => {
    const { storage } = await ready();
    const edits: Partial<Record<keyof RecordRow, string>> = {
      at: 'at + 1',
      actor: "'system'",
      action: "'keys.none'",
      target: "'key_other'",
      outcome: "'failed'",
      details: `replace(details, 'true', 'false')`,
      prev_hash: `'${'1'.repeat(64)}'`,
      hash: `'${'2'.repeat(64)}'`,
    };
    for (const [field, value] of Object.entries(edits)) {
      for (const seq of [1, 6, 10]) {
        const rows = await allRows(storage);
        await run(storage, `update audit_records set ${field} = ${value} where seq = ${seq}`);
        expect(await faultIn(storage)).toEqual([seq, 'hash_mismatch']);
        await replaceRows(storage, rows);
      }
    }
    expect((await verifyStorage(storage)).valid).toBe(true);
  });

  it('the verification of the audit record finds a record with another number', async () => {
    const { storage } = await ready();
    await run(storage, 'update audit_records set seq = 99 where seq = 6');
    expect(await faultIn(storage)).toEqual([6, 'gap']);
    await run(storage, 'update audit_records set seq = -6 where seq = 99');
    expect(await verifyStorage(storage)).toMatchObject({ valid: false, seq: -6, reason: 'order' });
  });

  it.each<[number, Fault]>([
    [1, 'gap'],
    [6, 'gap'],
    [10, 'truncated'],
  ])('the verification of the audit record finds that record %i was deleted', async (seq, reason) => {
    const { storage } = await ready();
    await run(storage, `delete from audit_records where seq = ${seq}`);
    expect(await faultIn(storage)).toEqual([seq, reason]);
  });

  it('the verification of the audit record finds a forged record with a hash of its own', async () => {
    const { storage, rows } = await ready();
    const forged = { ...rows[5]!, actor: 'system' };
    rows[5] = { ...forged, hash: recordHash(forged) };
    await replaceRows(storage, rows);
    expect(await faultIn(storage)).toEqual([7, 'prev_mismatch']);
  });

  it('the verification of the audit record finds an inserted record, with the later ones renumbered', async () => {
    const { storage, rows } = await ready();
    const forged = { ...rows[5]!, prev_hash: rows[4]!.hash, target: 'key_forged' };
    const moved = rows.slice(5).map((row) => ({ ...row, seq: row.seq + 1 }));
    await replaceRows(storage, [...rows.slice(0, 5), { ...forged, hash: recordHash(forged) }, ...moved]);
    expect(await faultIn(storage)).toEqual([7, 'hash_mismatch']);
  });

  it('the verification of the audit record finds a record appended at the end', async () => {
    const { storage, rows } = await ready();
    await replaceRows(storage, rechain([...rows, rows[0]!]));
    expect(await verifyStorage(storage)).toMatchObject({ valid: false, seq: 11, reason: 'head_mismatch' });
  });

  it('the verification of the audit record finds two exchanged records', async () => {
    const { storage, rows } = await ready();
    [rows[4], rows[5]] = [
      { ...rows[5]!, seq: 5 },
      { ...rows[4]!, seq: 6 },
    ];
    await replaceRows(storage, rows);
    expect(await faultIn(storage)).toEqual([5, 'hash_mismatch']);
  });

  it('the verification of the audit record finds the end cut off with the head rewritten: the checkpoint beyond it says so', async () => {
    const { storage, rows } = await ready();
    await replaceRows(storage, rows.slice(0, 7));
    await rewriteHead(storage, rows.slice(0, 7));
    expect(await verifyStorage(storage)).toMatchObject({ valid: false, seq: 8, reason: 'truncated' });
  });

  it('the verification of the audit record finds the end cut off together with the checkpoints only by one that was saved elsewhere', async () => {
    const { storage, rows, saved } = await ready();
    await replaceRows(storage, rows.slice(0, 7));
    await rewriteHead(storage, rows.slice(0, 7));
    await run(storage, 'delete from audit_checkpoints where seq > 7');
    expect((await verifyStorage(storage, { publicKey: signer.publicKeyPem })).valid).toBe(true);
    expect(await faultIn(storage, { checkpoints: [saved] })).toEqual([8, 'truncated']);
  });

  it('the verification of the audit record finds the whole chain rewritten by the checkpoints', async () => {
    const { storage, rows, saved } = await ready();
    const rewritten = rechain(rows.map((row) => (row.seq === 2 ? { ...row, actor: 'system' } : row)));
    await replaceRows(storage, rewritten);
    await rewriteHead(storage, rewritten);
    expect(await faultIn(storage)).toEqual([4, 'checkpoint_mismatch']);
    await run(storage, 'delete from audit_checkpoints');
    expect((await verifyStorage(storage)).valid).toBe(true);
    expect(await faultIn(storage, { checkpoints: [saved] })).toEqual([8, 'checkpoint_mismatch']);
  });

  it('the verification of the audit record finds checkpoints that were forged with a key of their own, when the right key is given', async () => {
    const { storage, rows } = await ready();
    const rewritten = rechain(rows.map((row) => (row.seq === 2 ? { ...row, actor: 'system' } : row)));
    await replaceRows(storage, rewritten);
    await rewriteHead(storage, rewritten);
    await run(storage, 'delete from audit_checkpoints');
    await checkpoint(storage, newSigner(), T0);
    expect(await verifyStorage(storage)).toMatchObject({ valid: true, trusted_to_seq: 0 });
    expect(await faultIn(storage, { publicKey: signer.publicKeyPem })).toEqual([10, 'bad_signature']);
  });

  it('the verification of the audit record finds an edit of any field of a checkpoint', async () => {
    const { storage } = await ready();
    for (const edit of [
      'seq = 5',
      'at = at + 1',
      "hash = 'x'",
      'records = 3',
      "key_id = 'x'",
      "signature = 'x'",
    ]) {
      await run(storage, 'create table kept as select * from audit_checkpoints');
      await run(storage, `update audit_checkpoints set ${edit} where seq = 4`);
      expect(await verifyStorage(storage)).toMatchObject({ valid: false, reason: 'bad_signature' });
      await run(storage, 'delete from audit_checkpoints', 'insert into audit_checkpoints select * from kept');
      await run(storage, 'drop table kept');
    }
  });
});

describeOnBothDatabases('an audit log', (open) => {
  describeOnBothDatabases('in a backup that is restored', (openTarget) => {
    it('the audit record in a restored backup is the same, although nothing of it may be deleted, and continues', async () => {
      const { storage } = await auditDatabase(open, 3);
      await checkpoint(storage, signer, T0);
      const stream = new PassThrough();
      const pieces = stream.toArray();
      await backup(storage, stream, { nowMs: T0 });
      const { storage: target } = await openTarget();
      await restore(target, Readable.from((await pieces) as Buffer[]), {
        migrations: auditMigrations,
        nowMs: T0,
      });
      expect(await allRows(target)).toEqual(await allRows(storage));
      await appendOne(target, 4);
      expect(await verifyStorage(target)).toMatchObject({ valid: true, records: 4 });
    });
  });
});
