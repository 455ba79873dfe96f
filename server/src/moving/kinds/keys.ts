import { KeywardError } from '../../base/errors.ts';
import { holdsKey } from '../../base/key-text.ts';
import {
  checkImported,
  ensureOwner,
  importKeys,
  type ImportInput,
  type ImportLine,
  type ImportOutcome,
  type KeysContext,
} from '../../keys/index.ts';
import { EXTENSION_KEY_SCOPES, EXTENSION_KEY_TAG } from '../../widgets/index.ts';
import { findMoved, noteMoved } from '../moved-store.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf, type Move, type Thing } from '../step.ts';
import { batches } from '../take.ts';

/** The whole Developer API, and nothing else of Keyward. */
const DEVELOPER_SCOPES = [
  'users:manage',
  'system:read',
  'system:write',
  'workspaces:*',
  'documents:*',
  'embeds:manage',
  'models:use',
];

/** A table of keys, and the form that they get here. */
interface KeyTable {
  kind: 'key' | 'extension key';
  table: string;
  /** Column of the text. */
  secret: string;
  /** Column of its user. */
  user: string;
  scopes: readonly string[];
  tags: readonly string[];
  /** Of a key without a name. */
  name: string;
}

export const API_KEYS: KeyTable = {
  kind: 'key',
  table: 'api_keys',
  secret: 'secret',
  user: 'createdBy',
  scopes: DEVELOPER_SCOPES,
  tags: ['anythingllm'],
  name: 'AnythingLLM key',
};

export const EXTENSION_KEYS: KeyTable = {
  kind: 'extension key',
  table: 'browser_extension_api_keys',
  secret: 'key',
  user: 'user_id',
  scopes: EXTENSION_KEY_SCOPES,
  tags: ['anythingllm', EXTENSION_KEY_TAG],
  name: 'Browser extension',
};

/** Owner of keys without a known user. */
const KEYS_OWNER = 'anythingllm';

const NAME_MAX_CHARACTERS = 100;

type KeyRow = Thing<SourceRow>;

/**
 * Keys keep their text and stay valid; the database gets the digests. They go through the import of keys, which has its
 * own transactions and skips keys that it knows.
 */
export async function takeKeys(move: Move, table: KeyTable): Promise<void> {
  const { source, storage, into, report, progress } = move;
  const { kind } = table;
  const total = source.count(table.table);
  let done = 0;
  for (const batch of batches(rowsOf(source, table.table))) {
    // A key that was taken and removed here since stays removed.
    const before = await findMoved(
      storage.db,
      kind,
      batch.map(({ sourceId }) => sourceId),
    );
    for (const _ of before) report.count(kind, 'known');
    const fresh = batch.filter(({ sourceId }) => !before.has(sourceId));
    await (into === undefined ? look(move, table, fresh) : take(move, into.keys, { table, fresh }));
    done += batch.length;
    progress?.(kind, done, Math.max(done, total));
  }
}

/** Checks that need no master key: the form of each key, and its owner. */
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
    else move.report.count(table.kind, 'taken');
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
    if (outcome.outcome === 'imported') report.count(kind, 'taken');
    else report.count(kind, 'known');
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
    const owner = userId === undefined ? undefined : (await move.into?.identity.getUser(userId))?.ownerId;
    const name = row.filled('name')?.slice(0, NAME_MAX_CHARACTERS);
    // A list of keys shows the name: it must not contain the secret.
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
