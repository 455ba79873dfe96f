import { StartupError } from '../base/errors.ts';
import type { Db } from '../storage/index.ts';
import { findMoved, noteMoved } from './moved-store.ts';
import type { Move, Step, Thing } from './step.ts';

const THINGS_PER_TRANSACTION = 100;
/** Bounds the memory for long chats: so much, and the longest of them. */
const CHARACTERS_PER_TRANSACTION = 8 * 1024 * 1024;
/** The id of a thing in a dry run; nothing has it. */
const IMAGINED = '0';

type Outcome =
  | { thing: Thing<unknown>; became: 'taken'; target: string; changed: string[] }
  | { thing: Thing<unknown>; became: 'known'; target: string | undefined }
  | { thing: Thing<unknown>; became: 'left out'; reason: string };

/**
 * Takes all things of a kind. Each transaction takes some and notes them, so that the next run continues one that was
 * killed.
 */
export async function takeAll<R, T>(move: Move, step: Step<R, T>): Promise<void> {
  const total = step.count(move.source);
  let done = 0;
  for (const batch of batches(step.things(move.source))) {
    const outcomes =
      move.into === undefined
        ? await take(move.storage.db, batch, { step, move })
        : await move.storage.transaction((tx) => take(tx, batch, { step, move }));
    // After the commit: a rollback takes nothing.
    for (const outcome of outcomes) report(outcome, step, move);
    done += batch.length;
    move.progress?.(step.kind, done, Math.max(total, done));
  }
}

interface Work<R, T> {
  step: Step<R, T>;
  move: Move;
}

async function take<R, T>(db: Db, batch: Thing<R>[], work: Work<R, T>): Promise<Outcome[]> {
  const { step, move } = work;
  const { known, fresh } = await sorted(db, batch, work);
  const outcomes: Outcome[] = known;
  const notes: { sourceId: string; targetId: string }[] = [];
  for (const thing of fresh) {
    const prepared = await step.prepare(thing, move, db);
    if ('left' in prepared) {
      outcomes.push({ thing, became: 'left out', reason: prepared.left });
      continue;
    }
    const { ready, changed = [] } = prepared;
    const target = move.into === undefined ? IMAGINED : String(await step.write(db, ready, move, move.into));
    if (move.into !== undefined) notes.push({ sourceId: thing.sourceId, targetId: target });
    outcomes.push({ thing, became: 'taken', target, changed });
  }
  await note(db, notes, work);
  return outcomes;
}

async function note<R, T>(
  tx: Db,
  notes: { sourceId: string; targetId: string }[],
  { step: { kind }, move }: Work<R, T>,
): Promise<void> {
  if (notes.length === 0) return;
  const nowMs = move.clock.nowMs();
  const fresh = new Set(notes.map(({ sourceId }) => sourceId)).size;
  // Two imports at the same time do not see each other in PostgreSQL before this statement.
  if ((await noteMoved(tx, kind, notes, nowMs)) < fresh) {
    const message = 'Another import is running: wait until it has ended, and repeat this one.';
    throw new StartupError(message, { exitCode: 1 });
  }
  const entry = { action: 'import.anythingllm', target: kind, details: { taken: notes.length } };
  await move.audit.record(tx, { kind: 'cli' }, entry);
}

/** Separates the things that an earlier run took. */
async function sorted<R, T>(
  db: Db,
  batch: Thing<R>[],
  { step, move }: Work<R, T>,
): Promise<{ known: Outcome[]; fresh: Thing<R>[] }> {
  const ids = batch.map(({ sourceId }) => sourceId);
  const before = await findMoved(db, step.kind, ids);
  const there =
    step.stillThere === undefined ? undefined : await step.stillThere(db, [...before.values()], move);
  const known: Outcome[] = [];
  const fresh: Thing<R>[] = [];
  for (const thing of batch) {
    const target = before.get(thing.sourceId);
    if (target === undefined) fresh.push(thing);
    else known.push({ thing, became: 'known', target: there?.has(target) === false ? undefined : target });
  }
  return { known, fresh };
}

function report<R, T>(outcome: Outcome, { kind }: Step<R, T>, { report, targets }: Move): void {
  const { thing } = outcome;
  if (outcome.became === 'left out') return report.leftOut(kind, thing.label, outcome.reason);
  if (outcome.target !== undefined) targets.set(kind, thing.ref, outcome.target);
  if (outcome.became === 'known') return report.count(kind, 'known');
  report.count(kind, 'taken');
  for (const reason of outcome.changed) report.changed(kind, thing.label, reason);
}

export function* batches<R>(things: Iterable<Thing<R>>): Generator<Thing<R>[]> {
  let batch: Thing<R>[] = [];
  let characters = 0;
  for (const thing of things) {
    batch.push(thing);
    characters += thing.characters ?? 0;
    if (batch.length < THINGS_PER_TRANSACTION && characters < CHARACTERS_PER_TRANSACTION) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}
