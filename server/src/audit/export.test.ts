import { beforeEach, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import type { Storage } from '../storage/index.ts';
import { auditDatabase, newSigner, T0 } from './audit.fixture.ts';
import { exportRecords } from './export.ts';
import { checkpoint, exportMatching, verifyFile } from './index.ts';
import type { AuditRecord, Fault, VerifyOptions } from './index.ts';
import { recordHash } from './record.ts';

const signer = newSigner();

async function* each(lines: string[]): AsyncGenerator<string> {
  yield* lines;
}

describeOnBothDatabases('an export of the audit log', (open) => {
  /** Header, records 1…6, the checkpoint of record 6. */
  let lines: string[];
  let storage: Storage;
  beforeEach(async () => {
    ({ storage } = await auditDatabase(open, 6));
    await checkpoint(storage, signer, T0);
    lines = [];
    for await (const line of exportRecords(storage.db)) lines.push(line.trimEnd());
  });

  async function fault(changed: string[], options: VerifyOptions = {}): Promise<[number, Fault] | 'valid'> {
    const outcome = await verifyFile(each(changed), options);
    return outcome.valid ? 'valid' : [outcome.seq, outcome.reason];
  }

  function edited(index: number, edit: (line: string) => string): string[] {
    return lines.with(index, edit(lines[index]!));
  }

  it('an export of the audit record has a header, the records, and each checkpoint behind its record', async () => {
    expect(lines).toHaveLength(8);
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed[0]).toMatchObject({
      format: 'keyward-audit',
      version: 1,
      public_key: signer.publicKeyPem,
      key_id: signer.keyId,
      head: { seq: 6 },
    });
    expect(parsed.slice(1, 7).map((record) => record['seq'])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(parsed[7]).toMatchObject({ checkpoint: { seq: 6, key_id: signer.keyId } });
  });

  it('an export of the audit record verifies offline, also with its members in another order', async () => {
    const options = { publicKey: signer.publicKeyPem };
    expect(await verifyFile(each(lines), options)).toMatchObject({
      valid: true,
      records: 6,
      trusted_to_seq: 6,
    });
    const reordered = lines.map((line) =>
      JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line) as object).reverse())),
    );
    expect(await fault([...reordered, ''], options)).toBe('valid');
  });

  it('an export with a filter has the records that fit, oldest first, and is refused by name where one verifies it', async () => {
    const part: string[] = [];
    for await (const line of exportMatching(storage.db, signer, { toMs: T0 + 1, outcome: 'ok' }))
      part.push(line.trimEnd());
    const fits = (line: string): boolean => {
      const { at, outcome } = JSON.parse(line) as Partial<AuditRecord>;
      return at !== undefined && Date.parse(at) < T0 + 1 && outcome === 'ok';
    };
    expect(JSON.parse(part[0]!)).toMatchObject({ format: 'keyward-audit-selection', head: { seq: 6 } });
    expect(part.slice(1)).toEqual(lines.filter(fits));
    expect(await verifyFile(each(part))).toMatchObject({
      valid: false,
      message: expect.stringContaining('Export again without filters'),
    });
    const all: string[] = [];
    for await (const line of exportMatching(storage.db, signer, {})) all.push(line.trimEnd());
    expect(all).toEqual(lines);
  });

  it('an export of the audit record shows an edit of any field of any record', async () => {
    for (const index of [1, 3, 6]) {
      const record = JSON.parse(lines[index]!) as AuditRecord;
      const edits: Partial<AuditRecord>[] = [
        { at: '2026-01-02T03:04:05.000Z' },
        { actor: 'system' },
        { action: 'keys.none' },
        { target: 'key_other' },
        { outcome: 'failed' },
        { details: { ...record.details, number: 99 } },
        { details: { ...record.details, added: 1 } },
        { prev_hash: '1'.repeat(64) },
        { hash: '2'.repeat(64) },
      ];
      for (const edit of edits) {
        const changed = lines.with(index, JSON.stringify({ ...record, ...edit }));
        expect(await fault(changed)).toEqual([index, 'hash_mismatch']);
      }
    }
  });

  it('an export of the audit record shows a record that was taken out, moved, repeated or put in', async () => {
    expect(await fault(lines.toSpliced(1, 1))).toEqual([1, 'gap']);
    expect(await fault(lines.toSpliced(3, 1))).toEqual([3, 'gap']);
    expect(await fault(lines.toSpliced(6, 1))).toEqual([6, 'truncated']);
    expect(await fault(lines.toSpliced(3, 2, lines[4]!, lines[3]!))).toEqual([3, 'order']);
    expect(await fault(lines.toSpliced(4, 0, lines[2]!))).toEqual([2, 'order']);
    const { details, ...record } = JSON.parse(lines[3]!) as AuditRecord;
    const row = { ...record, at: Date.parse(record.at), actor: 'system', details: '{}' };
    const forged = JSON.stringify({ ...record, actor: 'system', details: {}, hash: recordHash(row) });
    expect(details).not.toEqual({});
    expect(await fault(lines.with(3, forged))).toEqual([4, 'prev_mismatch']);
  });

  it('an export of the audit record shows that the end was cut off, by its header, its checkpoints or one saved elsewhere', async () => {
    expect(await fault(lines.slice(0, 5))).toEqual([5, 'truncated']);
    const last = JSON.parse(lines[4]!) as AuditRecord;
    const header = JSON.stringify({
      ...(JSON.parse(lines[0]!) as object),
      head: { seq: last.seq, hash: last.hash },
    });
    const cut = [header, ...lines.slice(1, 5)];
    expect(await fault([...cut, lines[7]!])).toEqual([5, 'truncated']);
    expect(await fault(cut)).toBe('valid');
    const saved = (JSON.parse(lines[7]!) as { checkpoint: never }).checkpoint;
    expect(await fault(cut, { checkpoints: [saved] })).toEqual([5, 'truncated']);
  });

  it('an export of the audit record shows a checkpoint that was changed, or signed by somebody else', async () => {
    const changed = edited(7, (line) => line.replace('"records":6', '"records":7'));
    expect(await fault(changed)).toEqual([6, 'bad_signature']);
    expect(await fault(lines, { publicKey: newSigner().publicKeyPem })).toEqual([6, 'bad_signature']);
    expect(await fault(lines, { publicKey: [newSigner().publicKeyPem, signer.publicKeyPem] })).toBe('valid');
    expect(await fault(lines, { publicKey: 'no key' })).toEqual([6, 'bad_signature']);
  });

  it('an export of the audit record shows lines that no export has', async () => {
    expect(await fault([])).toEqual([0, 'malformed']);
    expect(await fault(lines.slice(1))).toEqual([1, 'malformed']);
    expect(await fault([...lines.slice(0, 3), lines[0]!, ...lines.slice(3)])).toEqual([3, 'malformed']);
    const damage: ((line: string) => string)[] = [
      (line) => line.slice(0, -5),
      (line) => line.replace('{', '{"note":"approved",'),
      (line) => line.replace('.680Z', '.680+00:00'),
      (line) => line.replace(/"details":.*,"prev_hash"/, '"details":null,"prev_hash"'),
      () => '[]',
      () => 'null',
      () => `{"seq":${'9'.repeat(300_000)}}`,
    ];
    for (const edit of damage) expect(await fault(edited(2, edit))).toEqual([2, 'malformed']);
  });
});
