import { hash } from 'node:crypto';
import { invalidField, KeywardError } from '../base/errors.ts';
import type { Db } from '../storage/index.ts';
import type { Actor } from '../access/index.ts';
import { mayTouchKey, type KeysContext } from './context.ts';
import { deleteKey, insertKey, insertSecret } from './store/key-store.ts';
import { findByDigest, type Found } from './store/line-store.ts';
import { hintOf } from '../base/key-text.ts';
import { newKey, secretRow, type MintInput } from './mint.ts';
import type { OwnerKind } from './owner.ts';
import { ensureOwner } from './owners.ts';
import { currentActor } from './power/standing.ts';
import { SECRET_MAX_LENGTH } from './verify/verifier.ts';

/** A key that exists elsewhere: its text, or SHA-256 of its text. */
export interface ImportInput extends MintInput {
  secret?: string | undefined;
  /** 64 hex characters: SHA-256 of the text (UTF-8). */
  sha256?: string | undefined;
}

/** What became of one line. `imported`: taken; `exists`: its secret is known already and nothing was changed. */
export type ImportOutcome =
  | { line: number; outcome: 'imported'; key_id: string; name: string }
  | { line: number; outcome: 'exists'; key_id: string; name: string }
  | {
      line: number;
      outcome: 'refused';
      code: string;
      detail: string;
      errors?: { field: string; message: string }[];
    };

export interface ImportLine {
  line: number;
  input: ImportInput | KeywardError;
}

const SECRET_MIN_LENGTH = 16;
const LINES_PER_TRANSACTION = 200;

/** Takes keys line by line. A bad line is reported and stops nothing; repeating is harmless. */
export async function* importKeys(
  context: KeysContext,
  actor: Actor,
  lines: AsyncIterable<ImportLine>,
): AsyncGenerator<ImportOutcome> {
  let batch: ImportLine[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < LINES_PER_TRANSACTION) continue;
    yield* await importBatch(context, actor, batch);
    batch = [];
  }
  yield* await importBatch(context, actor, batch);
}

/** Outcomes are given out only when the transaction is committed: what was said to be imported is. */
async function importBatch(
  context: KeysContext,
  asked: Actor,
  batch: ImportLine[],
): Promise<ImportOutcome[]> {
  if (batch.length === 0) return [];
  const prepared = batch.map(prepare);
  // In one order everywhere: two imports of the same keys would otherwise wait for each other in a circle.
  const ordered = prepared.toSorted((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
  return context.storage.transaction(async (tx) => {
    // The lines may take minutes to come: a key gives what it holds now.
    const actor = await currentActor(tx, context, asked);
    const byLine = new Map<Prepared, ImportOutcome>();
    const parents = new Set<string>();
    for (const line of ordered) byLine.set(line, await importLine(context, actor, { tx, line, parents }));
    const outcomes = prepared.flatMap((line) => byLine.get(line) ?? []);
    const taken = outcomes.flatMap((outcome) => (outcome.outcome === 'imported' ? [outcome.key_id] : []));
    if (taken.length > 0) {
      const entry = {
        action: 'keys.import',
        target: 'keys',
        details: { keys: taken, ...(parents.size === 0 ? {} : { parents: [...parents] }) },
      };
      await context.audit.record(tx, actor, entry);
    }
    return outcomes;
  });
}

async function importLine(
  context: KeysContext,
  actor: Actor,
  { tx, line: { line, input, sha256 }, parents }: { tx: Db; line: Prepared; parents: Set<string> },
): Promise<ImportOutcome> {
  const digests = context.sealing.digestsOfSha256(sha256).map(({ digest }) => digest);
  try {
    if (input instanceof KeywardError) throw input;
    const known = await findByDigest(tx, digests);
    if (known !== undefined && mayTouchKey(actor, known.key)) return exists(line, known);
    const key = await newKey(tx, context, { actor, input });
    if (known !== undefined) throw unavailable(input);
    await insertKey(tx, key);
    const { digest, version } = context.sealing.digestSha256(sha256);
    const hint = input.secret === undefined ? '…' : hintOf(input.secret);
    const secret = secretRow({ keyId: key.id, digest, pepper: version, hint, nowMs: key.createdAt });
    if (!(await insertSecret(tx, secret))) {
      // Another import took it at this moment: a key without a secret must not stay.
      await deleteKey(tx, key.id);
      const other = await findByDigest(tx, digests);
      if (other !== undefined && mayTouchKey(actor, other.key)) return exists(line, other);
      throw unavailable(input);
    }
    if (key.parentId !== null) parents.add(key.parentId);
    return { line, outcome: 'imported', key_id: key.id, name: key.name };
  } catch (error) {
    // Only what was found wrong before anything was written is an outcome; a failing database ends the import.
    if (!(error instanceof KeywardError) || error.code === 'storage_unavailable') throw error;
    return refused(line, error);
  }
}

const exists = (line: number, { key }: Found): ImportOutcome => ({
  line,
  outcome: 'exists',
  key_id: key.id,
  name: key.name,
});

/**
 * For a secret of a key that does not exist for the actor. It comes after everything else that is wrong with the line, so
 * that nobody can ask for a hash without making the key where there is none. Guarded by foreign-things.test.ts.
 */
const unavailable = ({ secret }: ImportInput): KeywardError =>
  invalidField(
    secret === undefined ? 'sha256' : 'secret',
    'cannot be used for a new key',
    'Choose another secret.',
  );

function refused(line: number, { code, message, extras: { errors } }: KeywardError): ImportOutcome {
  return { line, outcome: 'refused', code, detail: message, ...(errors === undefined ? {} : { errors }) };
}

interface Prepared extends ImportLine {
  sha256: Buffer;
  order: string;
}

function prepare({ line, input }: ImportLine): Prepared {
  try {
    if (input instanceof KeywardError) throw input;
    const sha256 = secretHash(input);
    return { line, input, sha256, order: sha256.toString('hex') };
  } catch (error) {
    if (!(error instanceof KeywardError)) throw error;
    return { line, input: error, sha256: Buffer.alloc(0), order: '' };
  }
}

function secretHash({ secret, sha256 }: ImportInput): Buffer {
  if ((secret === undefined) === (sha256 === undefined))
    throw invalidField('secret', 'send exactly one of secret and sha256');
  if (sha256 !== undefined) {
    if (!/^[0-9a-f]{64}$/i.test(sha256))
      throw invalidField('sha256', 'must be 64 hex characters, such as the output of sha256sum');
    return Buffer.from(sha256, 'hex');
  }
  return hash('sha256', checkImported('secret', secret ?? ''), 'buffer');
}

const PLACEHOLDER = /^(your|my|change|replace|insert|example|placeholder|xxx|<)/i;
/** As AnythingLLM and others make them, 122 random bits: one in a thousand begins with "MY". */
const CROCKFORD_KEY = /^[0-9A-HJKMNP-TV-Z]{7}(?:-[0-9A-HJKMNP-TV-Z]{7}){3}$/;

/** @throws KeywardError for a text too weak to be a key. The text itself is in no message. */
export function checkImported(field: string, secret: string): string {
  if (secret.length > SECRET_MAX_LENGTH)
    throw invalidField(field, `must be at most ${SECRET_MAX_LENGTH} characters long`);
  if (secret.length < SECRET_MIN_LENGTH)
    throw invalidField(field, `must be at least ${SECRET_MIN_LENGTH} characters long`);
  if (secret.startsWith('$'))
    throw invalidField(field, 'must not begin with $: that is a variable without its value');
  const isWord = PLACEHOLDER.test(secret) && !CROCKFORD_KEY.test(secret);
  if (isWord || new Set(secret).size < 5) throw invalidField(field, 'must be a real key, not a placeholder');
  if (/\s/.test(secret)) throw invalidField(field, 'must not contain white space');
  if (!/^[\x21-\x7e]+$/.test(secret))
    throw invalidField(field, 'must contain only visible ASCII characters, because a header carries it');
  return secret;
}

/** A list of keys from the environment: a JSON array or comma-separated. */
export interface KeyListVariable {
  role: 'client' | 'miner' | 'admin';
  /** Name of the variable, for messages. */
  variable: string;
  value: string;
}

/**
 * Imports a list at start, owned by `<role>s` such as `clients`. Reported by count and name only.
 * @throws KeywardError naming the entry, never its text.
 */
export async function importKeyList(
  context: KeysContext,
  { role, variable, value }: KeyListVariable,
): Promise<{ imported: string[]; existing: number }> {
  const secrets = parseList(variable, value).map((secret, index) =>
    checkImported(`${variable}[${index}]`, secret),
  );
  const owner = `${role}s`;
  const kind: OwnerKind = 'service';
  await context.storage.transaction((tx) => ensureOwner(tx, { name: owner, kind }, context.clock.nowMs()));
  const lines = secrets.map((secret, index) => ({
    line: index + 1,
    input: { name: `${role}-${index + 1}`, owner, role, secret, tags: ['environment'] },
  }));
  const imported: string[] = [];
  let existing = 0;
  for await (const outcome of importKeys(context, { kind: 'system' }, asyncOf(lines))) {
    if (outcome.outcome === 'imported') imported.push(outcome.name);
    else if (outcome.outcome === 'exists') existing++;
    else refuseEntry(variable, outcome);
  }
  return { imported, existing };
}

function refuseEntry(variable: string, { line, detail }: { line: number; detail: string }): never {
  throw invalidField(`${variable}[${line - 1}]`, detail);
}

async function* asyncOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function parseList(variable: string, value: string): string[] {
  if (!value.trimStart().startsWith('[')) {
    return value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  try {
    const parsed: unknown = JSON.parse(value);
    if (Array.isArray(parsed) && parsed.every((item): item is string => typeof item === 'string'))
      return parsed;
  } catch {
    // The parser's message would quote the text: it is not passed on.
  }
  throw invalidField(variable, 'must be a JSON array of strings, or strings separated by commas');
}
