import { jsonIn } from '../base/json-text.ts';
import { hash } from 'node:crypto';
import { invalidField, KeywardError } from '../base/errors.ts';
import type { Db } from '../storage/index.ts';
import type { Actor } from '../access/index.ts';
import { mayTouchKey, type KeysContext } from './context.ts';
import { deleteKey, insertKey, insertSecret } from './store/key-store.ts';
import { findByDigest, type Found } from './store/line-store.ts';
import { hintOf } from '../base/key-text.ts';
import { newKey, newSecret, type MintInput } from './mint.ts';
import { ensureOwner } from './owners.ts';
import { currentActor } from './power/callers.ts';
import { SECRET_MAX_LENGTH } from './verify/verifier.ts';

/** A key of another program, by `secret` or `sha256`. */
export interface ImportInput extends MintInput {
  secret?: string | undefined;
  /** 64 hex characters: SHA-256 of the text (UTF-8). */
  sha256?: string | undefined;
}

/** `exists`: a key has this secret already, and nothing was changed. */
export type ImportOutcome =
  | { line: number; outcome: 'imported' | 'exists'; key_id: string; name: string }
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

/** A bad line is reported, and the import goes on. Idempotent. */
export async function* importKeys(
  context: KeysContext,
  actor: Actor,
  lines: AsyncIterable<ImportLine> | Iterable<ImportLine>,
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

/** The outcomes are known to the caller only after the commit. */
async function importBatch(
  context: KeysContext,
  asked: Actor,
  batch: ImportLine[],
): Promise<ImportOutcome[]> {
  if (batch.length === 0) return [];
  const prepared = batch.map(prepare);
  // One order for all: two imports of the same keys would otherwise deadlock.
  const ordered = prepared.toSorted((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
  return context.storage.transaction(async (tx) => {
    // The lines may take minutes to arrive: the actor gives what it holds now.
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
    const hint = input.secret === undefined ? '…' : hintOf(input.secret);
    if (!(await insertSecret(tx, newSecret(context, { keyId: key.id, sha256, hint })))) {
      // Another import inserted the secret at this moment: a key without a secret must not stay.
      await deleteKey(tx, key.id);
      const other = await findByDigest(tx, digests);
      if (other !== undefined && mayTouchKey(actor, other.key)) return exists(line, other);
      throw unavailable(input);
    }
    if (key.parentId !== null) parents.add(key.parentId);
    return { line, outcome: 'imported', key_id: key.id, name: key.name };
  } catch (error) {
    // A failing database ends the import.
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
 * For a secret of a key that the actor may not see. Every other fault of the line is reported first: nobody can ask
 * whether a hash exists without making a key. Guarded by foreign-things.test.ts.
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
/** Keys of AnythingLLM and others, 122 random bits: one in a thousand begins with "MY". */
const CROCKFORD_KEY = /^[0-9A-HJKMNP-TV-Z]{7}(?:-[0-9A-HJKMNP-TV-Z]{7}){3}$/;

/** @throws KeywardError for a text too weak to be a key; no message has the text. */
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

/** A list of keys from the environment. */
export interface KeyListVariable {
  role: 'client' | 'miner' | 'admin';
  /** Name of the variable, for messages. */
  variable: string;
  /** A JSON array, or texts separated by commas. */
  value: string;
}

/** Imports a list at start, owned by `<role>s` such as `clients`. @throws KeywardError naming the entry, never its text. */
export async function importKeyList(
  context: KeysContext,
  { role, variable, value }: KeyListVariable,
): Promise<{ imported: string[]; existing: number }> {
  const secrets = parseList(variable, value).map((secret, index) =>
    checkImported(`${variable}[${index}]`, secret),
  );
  const owner = `${role}s`;
  await context.storage.transaction((tx) =>
    ensureOwner(tx, { name: owner, kind: 'service' }, context.clock.nowMs()),
  );
  const lines = secrets.map((secret, index) => ({
    line: index + 1,
    input: { name: `${role}-${index + 1}`, owner, role, secret, tags: ['environment'] },
  }));
  const imported: string[] = [];
  let existing = 0;
  for await (const outcome of importKeys(context, { kind: 'system' }, lines)) {
    if (outcome.outcome === 'refused') throw invalidField(`${variable}[${outcome.line - 1}]`, outcome.detail);
    if (outcome.outcome === 'imported') imported.push(outcome.name);
    else existing++;
  }
  return { imported, existing };
}

function parseList(variable: string, value: string): string[] {
  if (!value.trimStart().startsWith('[')) {
    return value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  const parsed = jsonIn(value);
  if (Array.isArray(parsed) && parsed.every((item): item is string => typeof item === 'string'))
    return parsed;
  throw invalidField(variable, 'must be a JSON array of strings, or strings separated by commas');
}
