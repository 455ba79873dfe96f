import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import type { Clock } from '../base/clock.ts';
import { createLogger } from '../base/logger.ts';
import type { Storage } from '../storage/index.ts';
import { auditDatabase, auditOn, run, T0 } from './audit.fixture.ts';
import { list, RefusalRecorder, verifyStorage } from './index.ts';
import type { AuditRecord, Refusal, RefusalRecorderOptions } from './index.ts';

const logger = await createLogger('silent');

class HandClock implements Clock {
  ms = 0;
  nowMs = () => T0 + this.ms;
  monotonicMs = () => this.ms;
}

const NEVER_MS = 3_600_000;

function refusal(change: Partial<Refusal> = {}): Refusal {
  return {
    actor: 'anonymous',
    action: 'request.refused',
    target: '/v1/models',
    code: 'invalid_key',
    ip: '192.0.2.1',
    ...change,
  };
}

async function records(storage: Storage): Promise<AuditRecord[]> {
  return (await list(storage.db, { limit: 200 })).items.reverse();
}

function recorderOn(
  storage: Storage,
  { clock = new HandClock(), ...options }: Partial<RefusalRecorderOptions>,
): RefusalRecorder {
  return new RefusalRecorder({ storage, audit: auditOn(storage, { clock }), clock, logger, ...options });
}

describeOnBothDatabases('the record of refusals', (open) => {
  it('equal refusals make one audit record, with count and times', async () => {
    const { storage } = await auditDatabase(open);
    const clock = new HandClock();
    const recorder = recorderOn(storage, { clock, flushMs: NEVER_MS });
    for (clock.ms = 0; clock.ms < 500; clock.ms++) recorder.note(refusal());
    recorder.note(refusal({ actor: 'key:key_x', code: 'insufficient_scope' }));
    await recorder.flush();
    await recorder.flush();
    const [known, anonymous] = await records(storage);
    expect(known).toMatchObject({ actor: 'key:key_x', details: { code: 'insufficient_scope', count: 1 } });
    expect(anonymous).toMatchObject({
      actor: 'anonymous',
      action: 'request.refused',
      target: '/v1/models',
      outcome: 'refused',
      details: {
        code: 'invalid_key',
        ip: '192.0.2.1',
        count: 500,
        first_at: '2026-01-02T03:04:05.678Z',
        last_at: '2026-01-02T03:04:06.177Z',
      },
    });
    expect(await records(storage)).toHaveLength(2);
    await recorder.stop();
  });

  it('refusals that differ in anything make separate audit records', async () => {
    const { storage } = await auditDatabase(open);
    const recorder = recorderOn(storage, { flushMs: NEVER_MS });
    recorder.note(refusal());
    recorder.note(refusal({ actor: 'key:key_x' }));
    recorder.note(refusal({ actor: 'key:key_y' }));
    recorder.note(refusal({ action: 'keys.mint' }));
    recorder.note(refusal({ target: '/v1/keys' }));
    recorder.note(refusal({ code: 'insufficient_scope' }));
    recorder.note(refusal({ ip: '192.0.2.2' }));
    recorder.note(refusal({ ip: undefined }));
    await recorder.stop();
    expect(await records(storage)).toHaveLength(8);
  });

  it('refusals beyond the limit make one audit record, and known callers come before strangers', async () => {
    const { storage } = await auditDatabase(open);
    const recorder = recorderOn(storage, {
      flushMs: NEVER_MS,
      distinctMax: 10,
    });
    for (let number = 0; number < 1_000; number++) recorder.note(refusal({ ip: `192.0.2.${number}` }));
    recorder.note(refusal({ actor: 'key:key_stolen', code: 'insufficient_scope' }));
    await recorder.flush();
    const written = await records(storage);
    expect(written).toHaveLength(7);
    expect(written[0]!.actor).toBe('key:key_stolen');
    expect(written[6]).toMatchObject({
      actor: 'system',
      action: 'audit.refusals_overflow',
      details: { count: 995, codes: { invalid_key: 995 } },
    });
    await recorder.stop();
  });

  it('a flood of refusals adds only a few audit records a second, however long it lasts', async () => {
    const { storage } = await auditDatabase(open);
    const clock = new HandClock();
    const options = { flushMs: NEVER_MS, distinctMax: 20, sustainedPerSecond: 2 };
    const recorder = recorderOn(storage, { ...options, clock });
    for (clock.ms = 0; clock.ms <= 30_000; clock.ms += 1_000) {
      for (let number = 0; number < 50; number++) recorder.note(refusal({ ip: `${clock.ms}.${number}` }));
      await recorder.flush();
    }
    const written = await records(storage);
    const count = written.reduce((sum, record) => sum + Number(record.details['count']), 0);
    expect(count).toBe(31 * 50);
    const kept = written.filter((record) => record.actor === 'anonymous');
    expect(kept.length).toBeLessThanOrEqual(20 + 2 * 30);
    await recorder.stop();
  });

  it('refusals that could not be written are kept, within limits, and written when the database is back', async () => {
    const { storage } = await auditDatabase(open);
    const options = { flushMs: NEVER_MS, distinctMax: 10 };
    const recorder = recorderOn(storage, options);
    await run(storage, 'alter table audit_head rename to audit_head_away');
    for (let round = 0; round < 3; round++) {
      for (let number = 0; number < 4; number++)
        recorder.note(refusal({ ip: `192.0.${round % 2}.${number}` }));
      await recorder.flush();
    }
    await run(storage, 'alter table audit_head_away rename to audit_head');
    expect(await records(storage)).toEqual([]);
    await recorder.flush();
    const written = await records(storage);
    expect(written.map((record) => record.details['count'])).toEqual([2, 2, 2, 2, 1, 3]);
    expect(await verifyStorage(storage)).toMatchObject({ valid: true, records: 6 });
    await recorder.stop();
  });

  it('refusals are written after the interval, and the rest at the stop', async () => {
    const { storage } = await auditDatabase(open);
    const recorder = recorderOn(storage, { flushMs: 20 });
    recorder.note(refusal());
    await expect.poll(() => records(storage)).toHaveLength(1);
    recorder.note(refusal());
    await Promise.all([recorder.stop(), recorder.stop()]);
    recorder.note(refusal());
    await recorder.stop();
    expect(await records(storage)).toHaveLength(2);
  });

  it('the memory of refusals holds no more of a long path than a record shows', async () => {
    const { storage } = await auditDatabase(open);
    const recorder = recorderOn(storage, { flushMs: NEVER_MS });
    for (const end of ['a', 'b']) recorder.note(refusal({ target: `/${'x'.repeat(10_000)}${end}` }));
    await recorder.stop();
    expect((await records(storage)).map((record) => record.target)).toEqual([`/${'x'.repeat(255)}`]);
  });

  it('the recorder of refusals stops even if it can write nothing any more', async () => {
    const { storage } = await auditDatabase(open);
    const recorder = recorderOn(storage, { flushMs: NEVER_MS });
    recorder.note(refusal());
    await storage.close();
    await recorder.stop();
    await expect(recorder.flush()).resolves.toBeUndefined();
  });
});
