import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type KyselyPlugin } from 'kysely';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { OpenDatabase, TestDatabase } from '../../test/databases.ts';
import { Audit, auditMigrations } from '../audit/index.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { Nodes, nodesMigrations } from '../nodes/index.ts';
import { Sealing } from '../sealing/index.ts';
import { storageMigrations, type Migration, type Storage } from '../storage/index.ts';
import { Budgets, usageMigrations } from '../usage/index.ts';
import { createOwner, keysMigrations, mint, openKeys } from './index.ts';
import type { Actor } from '../access/index.ts';
import type { Administrators, KeysContext, Minted, MintInput } from './index.ts';

/** As if a key had been made at another time, and its scopes recorded since then. */
export const setCreated = (storage: Storage, id: string, createdMs: number): Promise<unknown> =>
  storage.transaction((tx) =>
    sql`update keys set created_at = ${createdMs}, scopes_since = ${createdMs} where id = ${id}`.execute(tx),
  );

/** As if the key of this name had a scope that no request needed. */
export const markUnusedScopes = (storage: Storage, name: string): Promise<unknown> =>
  storage.transaction((tx) => sql`update keys set has_unused_scopes = 1 where name = ${name}`.execute(tx));

export const OPERATOR: Actor = { kind: 'cli' };

/** The real clock, moved by hand. */
export class MovableClock implements Clock {
  offsetMs = 0;
  nowMs(): number {
    return systemClock.nowMs() + this.offsetMs;
  }
  monotonicMs(): number {
    return systemClock.monotonicMs() + this.offsetMs;
  }
}

/** Those who log in belong to `identity`; here is nobody. */
const NOBODY: Administrators = {
  lock: async () => undefined,
  hasOther: async () => false,
  worthOf: async () => undefined,
  callerOf: async () => undefined,
};

export interface TestKeys {
  database: TestDatabase;
  keys: KeysContext;
  clock: MovableClock;
  /** Another process's view of the same database, with a clock of its own. */
  readonly another: (options?: KeysOptions) => Promise<TestKeys>;
}

export interface KeysOptions {
  masterKey?: Uint8Array;
  previous?: string[];
  prefix?: string;
  administrators?: Administrators;
  /** @default those of the keys and of what they need */
  migrations?: readonly Migration[];
  /** Stands between the keys and the real storage. */
  between?: (storage: Storage) => Storage;
}

export const MASTER_KEY = randomBytes(32);

export const KEYS_MIGRATIONS = [
  ...storageMigrations,
  ...nodesMigrations,
  ...auditMigrations,
  ...usageMigrations,
  ...keysMigrations,
];

/** An empty database with an owner called `tests`. */
export async function openTestKeys(open: OpenDatabase, options: KeysOptions = {}): Promise<TestKeys> {
  const database = await open(options.migrations ?? KEYS_MIGRATIONS);
  const opened = await openOn(database, options);
  await createOwner(opened.keys, OPERATOR, { name: 'tests', kind: 'service' });
  return opened;
}

async function openOn(database: TestDatabase, options: KeysOptions): Promise<TestKeys> {
  const { masterKey = MASTER_KEY, previous = [], prefix = 'sk-', between = (same) => same } = options;
  const socketDir = mkdtempSync(join(tmpdir(), 'keyward-keys-'));
  onTestFinished(() => rmSync(socketDir, { recursive: true, force: true }));
  const storage = await database.reopen();
  const clock = new MovableClock();
  const logger = pino({ level: 'silent' });
  const nodes = new Nodes({
    storage,
    clock,
    logger,
    version: 'test',
    socketDir,
    database: database.location,
  });
  await nodes.start();
  onTestFinished(() => nodes.stop());
  const sealing = Sealing.open({ masterKey, previous });
  const audit = new Audit({ storage: between(storage), nodes, clock, keyPrefix: prefix });
  const keys = openKeys({
    storage: between(storage),
    audit,
    nodes,
    sealing,
    clock,
    logger,
    prefix,
    budgets: new Budgets({ storage, clock, logger }),
    administrators: options.administrators ?? NOBODY,
  });
  onTestFinished(() => keys.lastUsed.stop());
  return { database, keys, clock, another: (other = {}) => openOn(database, { ...options, ...other }) };
}

let minted = 0;
/** A client's key of the owner `tests`, unless something else is wished. */
export function mintOne(
  keys: KeysContext,
  input: Partial<MintInput> = {},
  actor = OPERATOR,
): Promise<Minted> {
  const holds = input.role === undefined && input.scopes === undefined ? { role: 'client' as const } : {};
  return mint(keys, actor, { name: `key ${++minted}`, owner: 'tests', ...holds, ...input });
}

/** A key, and the actor that a request with it would be. */
export async function mintActor(
  keys: KeysContext,
  input: Partial<MintInput> = {},
): Promise<Minted & { actor: Actor }> {
  const made = await mintOne(keys, input);
  const identity = await keys.verifier.identify(made.secret);
  if (!identity.valid) throw new Error(identity.reason);
  return { ...made, actor: { kind: 'key', caller: identity.caller } };
}

/** Asks about a text and says where the answer came from. */
export async function identify(
  keys: KeysContext,
  text: string,
): Promise<{ code: string; fromMemory: boolean }> {
  const answer = keys.verifier.identify(text);
  const fromMemory = !(answer instanceof Promise);
  const identity = await answer;
  return { code: identity.valid ? 'valid' : identity.code, fromMemory };
}

/** A real storage whose queries outside of transactions are counted, and whose answers wait while it is held. */
export class HeldStorage {
  queries = 0;
  #gate: Promise<void> | undefined;
  #open: () => void = () => undefined;

  hold(): void {
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }

  release(): void {
    this.#gate = undefined;
    this.#open();
  }

  readonly between = (storage: Storage): Storage => {
    const plugin: KyselyPlugin = {
      transformQuery: ({ node }) => {
        this.queries++;
        return node;
      },
      transformResult: async ({ result }) => {
        await this.#gate;
        return result;
      },
    };
    return {
      dialect: storage.dialect,
      db: storage.db.withPlugin(plugin),
      transaction: (work, options) => storage.transaction(work, options),
      snapshot: (work) => storage.snapshot(work),
      checkWritable: () => storage.checkWritable(),
      close: () => storage.close(),
    };
  };
}

/** Everything that an iteration gives. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
