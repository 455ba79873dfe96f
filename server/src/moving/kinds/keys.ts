import { checkImported, ensureOwner, importKeys } from '../../keys/index.ts';
import type { ImportInput, ImportLine, ImportOutcome, KeysContext } from '../../keys/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { findMoved, noteMoved } from '../moved-store.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf } from '../step.ts';
import type { Move, Thing } from '../step.ts';

/** What a key of AnythingLLM opens: its whole Developer API, and nothing of Keyward beside that. */
export const DEVELOPER_SCOPES = [
  'users:manage',
  'system:read',
  'system:write',
  'workspaces:*',
  'documents:*',
  'embeds:manage',
  'models:use',
];

/** Owner of the keys whose maker is not known. */
export const KEYS_OWNER = 'anythingllm';

const KEYS_PER_BATCH = 100;
const NAME_MAX_CHARACTERS = 100;

/**
 * Keys keep their text and work on: stored is its digest. They go the way of every import of keys, which has transactions of
 * its own; a key that is known already is not taken twice.
 */
export async function takeKeys(move: Move): Promise<void> {
  const total = move.source.count('api_keys');
  let batch: Thing<SourceRow>[] = [];
  let done = 0;
  const flush = async (): Promise<void> => {
    await (move.keys === undefined ? look(move, batch) : take(move, move.keys, batch));
    done += batch.length;
    batch = [];
    move.progress('key', done, Math.max(done, total));
  };
  for (const thing of rowsOf(move.source, 'api_keys')) {
    batch.push(thing);
    if (batch.length === KEYS_PER_BATCH) await flush();
  }
  if (batch.length > 0) await flush();
}

/** What a dry run can say: the form of each key's text. */
async function look(move: Move, batch: Thing<SourceRow>[]): Promise<void> {
  for (const thing of await unknown(move, batch)) {
    const input = await inputOf(move, thing);
    if (input instanceof KeywardError) refuse(move, thing, input.message);
    else move.report.taken('key');
  }
}

async function take(move: Move, keys: KeysContext, batch: Thing<SourceRow>[]): Promise<void> {
  const { storage, clock, report } = move;
  await storage.transaction((tx) => ensureOwner(tx, { name: KEYS_OWNER, kind: 'service' }, clock.nowMs()));
  const things = await unknown(move, batch);
  const outcomes: ImportOutcome[] = [];
  for await (const outcome of importKeys(keys, { kind: 'cli' }, linesOf(move, things)))
    outcomes.push(outcome);
  const notes: { sourceId: string; targetId: string }[] = [];
  for (const outcome of outcomes) {
    const thing = things[outcome.line - 1];
    if (thing === undefined) continue;
    if (outcome.outcome === 'refused') {
      refuse(move, thing, outcome.detail);
      continue;
    }
    notes.push({ sourceId: thing.sourceId, targetId: outcome.key_id });
    if (outcome.outcome === 'imported') report.taken('key');
    else report.known('key');
  }
  await storage.transaction((tx) => noteMoved(tx, 'key', notes, clock.nowMs()));
}

/** A key that was taken and has been removed here since stays removed. */
async function unknown(move: Move, batch: Thing<SourceRow>[]): Promise<Thing<SourceRow>[]> {
  const ids = batch.map(({ sourceId }) => sourceId);
  const before = await findMoved(move.storage.db, 'key', ids);
  for (const _ of before) move.report.known('key');
  return batch.filter(({ sourceId }) => !before.has(sourceId));
}

const refuse = ({ report }: Move, { label }: Thing<SourceRow>, why: string): void =>
  report.leftOut('key', label, why);

async function* linesOf(move: Move, things: Thing<SourceRow>[]): AsyncGenerator<ImportLine> {
  for (const [index, thing] of things.entries()) yield { line: index + 1, input: await inputOf(move, thing) };
}

async function inputOf(move: Move, { row, label }: Thing<SourceRow>): Promise<ImportInput | KeywardError> {
  try {
    const secret = checkImported('secret', row.text('secret') ?? '');
    const userId = move.targets.number('user', row.id('createdBy'));
    const owner = userId === undefined ? undefined : (await move.identity?.getUser(userId))?.ownerId;
    const name = row.filled('name')?.slice(0, NAME_MAX_CHARACTERS);
    return {
      // A name is shown to whoever lists keys.
      name: name === undefined || name.includes(secret) ? `AnythingLLM key ${label}` : name,
      owner: owner ?? KEYS_OWNER,
      scopes: DEVELOPER_SCOPES,
      secret,
      tags: ['anythingllm'],
    };
  } catch (error) {
    if (error instanceof KeywardError) return error;
    throw error;
  }
}
