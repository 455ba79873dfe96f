import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { systemClock } from '../base/clock.ts';
import { createLogger } from '../base/logger.ts';
import type { Storage } from '../storage/index.ts';
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
import { latestCheckpoint } from './audit-store.ts';
import { checkpoint, Checkpointer, verifyStorage } from './index.ts';

const signer = newSigner();
const logger = await createLogger('silent');

async function rewriteEverything(storage: Storage): Promise<void> {
  await dropTriggers(storage);
  const rows = rechain((await allRows(storage)).map((row) => ({ ...row, actor: 'system' })));
  await replaceRows(storage, rows);
  await rewriteHead(storage, rows);
  await run(storage, 'delete from audit_checkpoints');
}

describeOnBothDatabases('a checkpoint of the audit log', (open) => {
  it('a checkpoint signs the end of the chain, once', async () => {
    const { storage } = await auditDatabase(open, 3);
    const made = await checkpoint(storage, signer, T0);
    const [, , last] = await allRows(storage);
    expect(made).toMatchObject({
      seq: 3,
      records: 3,
      hash: last!.hash,
      at: '2026-01-02T03:04:05.678Z',
      key_id: signer.keyId,
      public_key: signer.publicKeyPem,
    });
    expect(await checkpoint(storage, signer, T0 + 1)).toEqual(made);
    expect(await latestCheckpoint(storage.db)).toEqual(made);
    await appendOne(storage, 4);
    expect(await checkpoint(storage, signer, T0)).toMatchObject({ seq: 4 });
  });

  it('a checkpoint is not made while there is nothing to sign', async () => {
    const { storage } = await auditDatabase(open);
    expect(await checkpoint(storage, signer, T0)).toBeUndefined();
    expect(await latestCheckpoint(storage.db)).toBeUndefined();
  });

  it('several nodes can make a checkpoint at once, also after a change of the signing key', async () => {
    const database = await auditDatabase(open, 3);
    const second = await database.reopen();
    await Promise.all([
      checkpoint(database.storage, signer, T0),
      checkpoint(second, signer, T0 + 1),
      appendOne(second, 4),
    ]);
    await appendOne(second, 5);
    const next = newSigner();
    expect(await checkpoint(second, next, T0)).toMatchObject({ seq: 5, key_id: next.keyId });
    const publicKey = [signer.publicKeyPem, next.publicKeyPem];
    expect(await verifyStorage(second, { publicKey })).toMatchObject({ valid: true, trusted_to_seq: 5 });
  });

  it('a checkpoint is refused for a chain that was tampered with since the last one', async () => {
    const { storage } = await auditDatabase(open, 3);
    await checkpoint(storage, signer, T0);
    await appendOne(storage, 4);
    await appendOne(storage, 5);
    await dropTriggers(storage);
    await run(storage, "update audit_records set actor = 'system' where seq = 4");
    await expect(checkpoint(storage, signer, T0)).rejects.toThrow(/no checkpoint was signed/);
  });

  it('a node that remembers the last checkpoint refuses one for a chain that was rewritten as a whole', async () => {
    const { storage } = await auditDatabase(open, 3);
    const since = await checkpoint(storage, signer, T0);
    await rewriteEverything(storage);
    await expect(checkpoint(storage, signer, T0, { since })).rejects.toThrow(/no checkpoint was signed/);
    await run(
      storage,
      'delete from audit_records',
      `update audit_head set seq = 0, hash = '${'0'.repeat(64)}'`,
    );
    await expect(checkpoint(storage, signer, T0, { since })).rejects.toThrow(/no checkpoint was signed/);
  });

  it('checkpoints are made in intervals and at the stop, but not after it', async () => {
    const { storage } = await auditDatabase(open, 1);
    const checkpointer = new Checkpointer(storage, signer, { clock: systemClock, logger, intervalMs: 20 });
    checkpointer.start();
    checkpointer.start();
    await expect.poll(() => latestCheckpoint(storage.db)).toMatchObject({ seq: 1 });
    await appendOne(storage, 2);
    await Promise.all([checkpointer.stop(), checkpointer.stop()]);
    expect(await latestCheckpoint(storage.db)).toMatchObject({ seq: 2 });
    await appendOne(storage, 3);
    await checkpointer.stop();
    checkpointer.start();
    await sleep(60);
    expect(await latestCheckpoint(storage.db)).toMatchObject({ seq: 2 });
  });

  it('a process that never started to make checkpoints, such as a command, makes none when it stops', async () => {
    const { storage } = await auditDatabase(open, 1);
    await new Checkpointer(storage, signer, { clock: systemClock, logger }).stop();
    expect(await latestCheckpoint(storage.db)).toBeUndefined();
  });

  it('a checkpoint that cannot be made does not prevent a stop', async () => {
    const { storage } = await auditDatabase(open, 1);
    const checkpointer = new Checkpointer(storage, signer, { clock: systemClock, logger });
    checkpointer.start();
    await storage.close();
    await checkpointer.stop();
    expect(logger.level).toBe('silent');
  });
});
