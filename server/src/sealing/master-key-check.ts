import { StartupError } from '../base/errors.ts';
import type { Db, Storage } from '../storage/index.ts';
import type { Sealing } from './sealing.ts';

type Tables = {
  sealing_check: { position: number; fingerprint: string; sealed: string; created_at: number };
};

const CONTEXT = 'sealing_check';
const CONSTANT = 'keyward';

export interface MasterKeyCheck {
  /** Fingerprints of former master keys that are not among the previous ones: what they protect cannot be read. */
  missing: string[];
}

/**
 * The first start stores the fingerprint of the master key; a start with a new master key, and the old one among the
 * previous ones, adds the new one.
 * @throws StartupError with another master key: each key would be refused as unknown.
 */
export async function checkMasterKey(
  storage: Storage,
  sealing: Sealing,
  nowMs: number,
): Promise<MasterKeyCheck> {
  return storage.transaction(async (tx) => {
    let rows = await readRows(tx);
    if (rows.length === 0) {
      await addFirstRow(tx, sealing, nowMs);
      rows = await readRows(tx);
    }
    // The latest keys were minted under the newest; older ones may have been retired.
    const newest = rows.at(-1)!;
    if (!sealing.knows(newest.fingerprint)) throw differs(newest.fingerprint, sealing);
    for (const row of rows) refuseForged(row, sealing);
    if (newest.fingerprint !== sealing.fingerprint) {
      await makeNewest(tx, sealing, { position: newest.position + 1, nowMs });
    }
    return {
      missing: rows.map((row) => row.fingerprint).filter((fingerprint) => !sealing.knows(fingerprint)),
    };
  });
}

/** Whether a database, migrated, was opened with a master key before: only that one fits. */
export const hasKnownMasterKey = async (storage: Storage): Promise<boolean> =>
  (await readRows(storage.db)).length > 0;

type Row = Tables['sealing_check'];

function readRows(tx: Db): Promise<Row[]> {
  return tx.withTables<Tables>().selectFrom('sealing_check').selectAll().orderBy('position').execute();
}

function newRow(sealing: Sealing, position: number, nowMs: number): Row {
  return {
    position,
    fingerprint: sealing.fingerprint,
    sealed: sealing.seal(CONSTANT, CONTEXT),
    created_at: nowMs,
  };
}

/** Of two processes that start with different keys, the second waits, adds nothing, reads the row of the first and is refused. */
async function addFirstRow(tx: Db, sealing: Sealing, nowMs: number): Promise<void> {
  await tx
    .withTables<Tables>()
    .insertInto('sealing_check')
    .values(newRow(sealing, 1, nowMs))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Also of an older key that is current again. */
async function makeNewest(tx: Db, sealing: Sealing, at: { position: number; nowMs: number }): Promise<void> {
  await tx
    .withTables<Tables>()
    .insertInto('sealing_check')
    .values(newRow(sealing, at.position, at.nowMs))
    .onConflict((conflict) => conflict.column('fingerprint').doUpdateSet({ position: at.position }))
    .execute();
}

function refuseForged(row: Row, sealing: Sealing): void {
  if (!sealing.knows(row.fingerprint)) return;
  try {
    if (sealing.open(row.sealed, CONTEXT) === CONSTANT) return;
  } catch {
    // Answered below.
  }
  throw differs(row.fingerprint, sealing);
}

function differs(fingerprint: string, sealing: Sealing): StartupError {
  return new StartupError(
    `The master key is not the one this database was made with (${sealing.fingerprint} instead of ${fingerprint}): ` +
      'put the old one back (master.key in the data directory, or KEYWARD_MASTER_KEY or KEYWARD_MASTER_KEY_FILE), or add it to KEYWARD_PREVIOUS_MASTER_KEYS.',
  );
}
