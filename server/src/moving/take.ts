import { StartupError } from '../base/errors.ts';
import type { Db } from '../storage/index.ts';
import { findMoved, noteMoved } from './moved-store.ts';
import type { Move, Prepared, Step, Thing } from './step.ts';

const THINGS_PER_TRANSACTION = 100;
/** Long chats are taken a few at a time: so much is held in memory, and the longest of them. */
const CHARACTERS_PER_TRANSACTION = 8 * 1024 * 1024;
/** What a thing becomes in a dry run: a number that nothing has. */
const IMAGINED = '0';

/** What became of one thing of a batch. */
type Outcome =
  | { thing: Thing<unknown>; became: 'taken'; target: string; changed: string[] }
  | { thing: Thing<unknown>; became: 'known'; target: string | undefined }
  | { thing: Thing<unknown>; became: 'left out'; reason: string };

/**
 * Takes all things of a kind, some in each transaction together with the note that they were taken: a run that is
 * killed is continued by the next one.
 */
export async function takeAll<R, T>(move: Move, step: Step<R, T>): Promise<void> {
  const total = step.count(move.source);
  let done = 0;
  for await (const batch of batches(step.things(move.source))) {
    const outcomes = move.dryRun
      ? await look(move.storage.db, batch, { step, move })
      : await move.storage.transaction((tx) => take(tx, batch, { step, move }));
    // Only now: what was rolled back was not taken.
    for (const outcome of outcomes) tell(outcome, step, move);
    done += batch.length;
    move.progress(step.kind, done, Math.max(total, done));
  }
}

interface Work<R, T> {
  step: Step<R, T>;
  move: Move;
}

async function look<R, T>(db: Db, batch: Thing<R>[], work: Work<R, T>): Promise<Outcome[]> {
  const { known, fresh } = await sorted(db, batch, work);
  const outcomes: Outcome[] = known;
  for (const thing of fresh) {
    const prepared = await work.step.prepare(db, thing, work.move);
    outcomes.push('left' in prepared ? leftOut(thing, prepared.left) : taken(thing, IMAGINED, prepared));
  }
  return outcomes;
}

async function take<R, T>(tx: Db, batch: Thing<R>[], work: Work<R, T>): Promise<Outcome[]> {
  const { step, move } = work;
  const { known, fresh } = await sorted(tx, batch, work);
  const outcomes: Outcome[] = known;
  const notes: { sourceId: string; targetId: string }[] = [];
  for (const thing of fresh) {
    const prepared = await step.prepare(tx, thing, move);
    if ('left' in prepared) {
      outcomes.push(leftOut(thing, prepared.left));
      continue;
    }
    const targetId = String(await step.write(tx, prepared.ready, move));
    notes.push({ sourceId: thing.sourceId, targetId });
    outcomes.push(taken(thing, targetId, prepared));
  }
  await note(tx, notes, work);
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
  // PostgreSQL shows a transaction nothing of another one beside it: here both of them meet.
  if ((await noteMoved(tx, kind, notes, nowMs)) < fresh) throw anotherImport();
  const entry = { action: 'import.anythingllm', target: kind, details: { taken: notes.length } };
  await move.audit.record(tx, { kind: 'cli' }, entry);
}

const anotherImport = (): StartupError =>
  new StartupError(
    'Another import is taking the same things: wait until it has ended, and repeat this one.',
    {
      exitCode: 1,
    },
  );

/** What was taken before, and what was not; a thing that is there twice counts once. */
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

const leftOut = (thing: Thing<unknown>, reason: string): Outcome => ({ thing, became: 'left out', reason });

const taken = <T>(
  thing: Thing<unknown>,
  target: string,
  { changed = [] }: Extract<Prepared<T>, { ready: T }>,
): Outcome => ({ thing, became: 'taken', target, changed });

function tell<R, T>(outcome: Outcome, { kind }: Step<R, T>, { report, targets }: Move): void {
  const { thing } = outcome;
  if (outcome.became === 'left out') return report.leftOut(kind, thing.label, outcome.reason);
  if (outcome.target !== undefined) targets.set(kind, thing.ref, outcome.target);
  if (outcome.became === 'known') return report.known(kind);
  report.taken(kind);
  for (const reason of outcome.changed) report.changed(kind, thing.label, reason);
}

async function* batches<R>(things: Iterable<Thing<R>> | AsyncIterable<Thing<R>>): AsyncGenerator<Thing<R>[]> {
  let batch: Thing<R>[] = [];
  let characters = 0;
  for await (const thing of things) {
    batch.push(thing);
    characters += thing.characters ?? 0;
    if (batch.length < THINGS_PER_TRANSACTION && characters < CHARACTERS_PER_TRANSACTION) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}
