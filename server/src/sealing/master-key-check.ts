import { StartupError } from '../base/errors.ts';
import type { Db, Storage } from '../storage/index.ts';
import type { Sealing } from './sealing.ts';

type Tables = {
  sealing_check: { position: number; fingerprint: string; sealed: string; created_at: number };
};

const CONTEXT = 'sealing_check';
const CONSTANT = 'keyward';

export interface MasterKeyCheck {
  /** Fingerprints of master keys this database was used with and which are not at hand: what they protect is lost. */
  missing: string[];
}

/**
 * Makes sure that the database and the master key belong together, before anything is served.
 * The first start writes down the fingerprint; a start with a new master key and the old one among the
 * previous ones adds the new one.
 * @throws StartupError with another master key: every key would be refused as unknown, and keys minted now
 * would be lost as soon as the right one comes back.
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
    // The newest is the one that the latest keys were minted under; an older one may have been retired for good.
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

/**
 * Two processes that start together with different keys ask for the same position: the second waits for the
 * first to commit, adds nothing, reads the first one's row and is refused.
 */
async function addFirstRow(tx: Db, sealing: Sealing, nowMs: number): Promise<void> {
  await tx
    .withTables<Tables>()
    .insertInto('sealing_check')
    .values(newRow(sealing, 1, nowMs))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Also moves a key up that was rotated out and has come back. */
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
    // The same answer as for a wrong constant, below.
  }
  throw differs(row.fingerprint, sealing);
}

function differs(fingerprint: string, sealing: Sealing): StartupError {
  return new StartupError(
    `The master key is not the one this database was made with (${sealing.fingerprint} instead of ${fingerprint}): ` +
      'set KEYWARD_MASTER_KEY or KEYWARD_MASTER_KEY_FILE to the old one, or add the old one to KEYWARD_PREVIOUS_MASTER_KEYS.',
  );
}
