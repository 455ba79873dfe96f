import { KeywardError } from '../../base/errors.ts';
import { holdsKey } from '../../base/key-text.ts';
import { checkImported, ensureOwner, importKeys } from '../../keys/index.ts';
import type { ImportInput, ImportLine, ImportOutcome, KeysContext } from '../../keys/index.ts';
import { findMoved, noteMoved } from '../moved-store.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf, type Move, type Thing } from '../step.ts';
import type { KeyTable } from './key-tables.ts';

/** Owner of the keys whose maker is not known. */
const KEYS_OWNER = 'anythingllm';

const KEYS_PER_BATCH = 100;
const NAME_MAX_CHARACTERS = 100;

type KeyRow = Thing<SourceRow>;

/**
 * Keys keep their text and work on: stored is its digest. They go the way of every import of keys, which has transactions of
 * its own; a key that is known already is not taken twice.
 */
export async function takeKeys(move: Move, table: KeyTable): Promise<void> {
  const total = move.source.count(table.table);
  let batch: KeyRow[] = [];
  let done = 0;
  const flush = async (): Promise<void> => {
    const fresh = await unknown(move, table, batch);
    await (move.keys === undefined ? look(move, table, fresh) : take(move, move.keys, { table, fresh }));
    done += batch.length;
    batch = [];
    move.progress(table.kind, done, Math.max(done, total));
  };
  for (const thing of rowsOf(move.source, table.table)) {
    batch.push(thing);
    if (batch.length === KEYS_PER_BATCH) await flush();
  }
  if (batch.length > 0) await flush();
}

/** A key that was taken and has been removed here since stays removed. */
async function unknown(move: Move, { kind }: KeyTable, batch: KeyRow[]): Promise<KeyRow[]> {
  const ids = batch.map(({ sourceId }) => sourceId);
  const before = await findMoved(move.storage.db, kind, ids);
  for (const _ of before) move.report.known(kind);
  return batch.filter(({ sourceId }) => !before.has(sourceId));
}

/** What can be said without the master key: the form of each, and whose it is. */
async function look(move: Move, table: KeyTable, fresh: KeyRow[]): Promise<void> {
  const suspended = new Set(
    [...move.source.rows('users')].filter((row) => row.flag('suspended')).map((row) => row.id('id')),
  );
  for (const thing of fresh) {
    const input = await inputOf(move, table, thing);
    const userId = thing.row.id(table.user);
    if (input instanceof KeywardError) move.report.leftOut(table.kind, thing.label, input.message);
    else if (userId !== undefined && suspended.has(userId))
      move.report.leftOut(table.kind, thing.label, 'owner: must be an active owner; this one is suspended');
    else move.report.taken(table.kind);
  }
}

async function take(
  move: Move,
  keys: KeysContext,
  { table, fresh }: { table: KeyTable; fresh: KeyRow[] },
): Promise<void> {
  const { storage, clock, report } = move;
  const { kind } = table;
  await storage.transaction((tx) => ensureOwner(tx, { name: KEYS_OWNER, kind: 'service' }, clock.nowMs()));
  const outcomes: ImportOutcome[] = [];
  for await (const outcome of importKeys(keys, { kind: 'cli' }, linesOf(move, table, fresh)))
    outcomes.push(outcome);
  const notes: { sourceId: string; targetId: string }[] = [];
  for (const outcome of outcomes) {
    const thing = fresh[outcome.line - 1];
    if (thing === undefined) continue;
    if (outcome.outcome === 'refused') {
      report.leftOut(kind, thing.label, outcome.detail);
      continue;
    }
    notes.push({ sourceId: thing.sourceId, targetId: outcome.key_id });
    if (outcome.outcome === 'imported') report.taken(kind);
    else report.known(kind);
  }
  await storage.transaction((tx) => noteMoved(tx, kind, notes, clock.nowMs()));
}

async function* linesOf(move: Move, table: KeyTable, things: KeyRow[]): AsyncGenerator<ImportLine> {
  for (const [index, thing] of things.entries())
    yield { line: index + 1, input: await inputOf(move, table, thing) };
}

async function inputOf(
  move: Move,
  table: KeyTable,
  { row, label }: KeyRow,
): Promise<ImportInput | KeywardError> {
  try {
    const secret = checkImported('secret', row.text(table.secret) ?? '');
    const userId = move.targets.number('user', row.id(table.user));
    const owner = userId === undefined ? undefined : (await move.identity?.getUser(userId))?.ownerId;
    const name = row.filled('name')?.slice(0, NAME_MAX_CHARACTERS);
    // A name is shown to whoever lists keys.
    const isShowable = name !== undefined && !name.includes(secret) && !holdsKey(name);
    return {
      name: isShowable ? name : `${table.name} ${label}`,
      owner: owner ?? KEYS_OWNER,
      scopes: [...table.scopes],
      secret,
      tags: [...table.tags],
    };
  } catch (error) {
    if (error instanceof KeywardError) return error;
    throw error;
  }
}
