import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, describe, inject } from 'vitest';
import {
  migrate,
  openStorage,
  type DialectName,
  type Migration,
  type Storage,
} from '../src/storage/index.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's URL of the PostgreSQL that lives as long as the run; from global-setup.ts. */
    postgresAdminUrl: string;
    /** The same of one that has the extension `vector`; `why` this machine has none. */
    pgvector: { adminUrl: string; why: string | undefined };
  }
}

/** A fresh, empty, real database of one test. */
export interface TestDatabase {
  readonly dialect: DialectName;
  /** For `openStorage`, also in another process: the path of a file or a `postgres://` URL. */
  readonly location: string;
  readonly storage: Storage;
  /** A second, independent Storage on the same database, as another process would have. */
  readonly reopen: () => Promise<Storage>;
}

/** @param migrations that have run in it; without them it is empty. */
export type OpenDatabase = (migrations?: readonly Migration[]) => Promise<TestDatabase>;

/**
 * Runs a suite once on SQLite and once on PostgreSQL. `open` is for tests and `beforeEach`, and may be called
 * more than once; all it opened is closed and removed after each test.
 */
export function describeOnBothDatabases(
  name: string,
  suite: (open: OpenDatabase, dialect: DialectName) => void,
): void {
  describeOn('sqlite', name, (open) => suite(open, 'sqlite'));
  describeOn('postgres', name, (open) => suite(open, 'postgres'));
}

/** The same, and on a PostgreSQL that has the extension `vector`. */
export function describeOnAllDatabases(name: string, suite: (open: OpenDatabase) => void): void {
  for (const kind of ['sqlite', 'postgres', 'pgvector'] as const) describeOn(kind, name, suite);
}

type DatabaseKind = DialectName | 'pgvector';

/** The same for what only one of them can show. */
export function describeOn(kind: DatabaseKind, name: string, suite: (open: OpenDatabase) => void): void {
  const why = kind === 'pgvector' ? inject('pgvector').why : undefined;
  describe.skipIf(why !== undefined)(`${name} (${[kind, why].filter(Boolean).join(': ')})`, () => {
    const cleanups: (() => Promise<void>)[] = [];
    afterEach(async () => {
      // Last opened, first closed; one that fails must not keep the others open.
      const failures: unknown[] = [];
      for (const cleanup of cleanups.splice(0).reverse())
        await cleanup().catch((error) => failures.push(error));
      if (failures.length > 0) throw new AggregateError(failures, 'A test database was not removed.');
    });
    suite((migrations) => openTestDatabase(kind, cleanups, migrations));
  });
}

async function openTestDatabase(
  kind: DatabaseKind,
  cleanups: (() => Promise<void>)[],
  migrations: readonly Migration[] = [],
): Promise<TestDatabase> {
  const { location, remove } = await newDatabase(kind, migrations);
  cleanups.push(remove);
  const reopen = async (): Promise<Storage> => {
    const storage = await openStorage(location);
    cleanups.push(() => storage.close());
    return storage;
  };
  const dialect = kind === 'sqlite' ? 'sqlite' : 'postgres';
  return { dialect, location, storage: await reopen(), reopen };
}

/** A database for the tests of a suite; the caller removes it. */
export async function newDatabase(
  kind: DatabaseKind,
  migrations: readonly Migration[],
): Promise<NewDatabase> {
  if (kind === 'sqlite') return newSqliteFile(migrations);
  const adminUrl = kind === 'pgvector' ? inject('pgvector').adminUrl : inject('postgresAdminUrl');
  return newPostgresDatabase(adminUrl, migrations);
}

export interface NewDatabase {
  location: string;
  remove: () => Promise<void>;
}

async function newSqliteFile(migrations: readonly Migration[]): Promise<NewDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-sqlite-'));
  const location = join(folder, 'keyward.db');
  if (migrations.length > 0) await writeSqliteFile(location, migrations);
  return { location, remove: async () => rmSync(folder, { recursive: true, force: true }) };
}

/** Files in which migrations have run, by these. */
const sqliteFiles = new Map<string, Promise<Buffer>>();

/** Writes a database in which migrations have run: they take 40 ms, a copy one. */
export async function writeSqliteFile(location: string, migrations: readonly Migration[]): Promise<void> {
  const wanted = migrations.map(({ id }) => id).join(' ');
  const made = sqliteFiles.get(wanted) ?? newSqliteBytes(migrations);
  sqliteFiles.set(wanted, made);
  writeFileSync(location, await made, { mode: 0o600 });
}

async function newSqliteBytes(migrations: readonly Migration[]): Promise<Buffer> {
  const { location, remove } = await newSqliteFile([]);
  const storage = await openStorage(location);
  await migrate(storage, [...migrations], 1);
  await storage.close();
  const bytes = readFileSync(location);
  await remove();
  return bytes;
}

/** Names of databases in which migrations have run, by these and the server. */
const templates = new Map<string, Promise<string>>();

/** PostgreSQL copies a database five times as fast as the migrations run. */
function templateOf(adminUrl: string, migrations: readonly Migration[]): Promise<string> {
  if (migrations.length === 0) return Promise.resolve('template1');
  const wanted = [adminUrl, ...migrations.map(({ id }) => id)].join(' ');
  const made = templates.get(wanted) ?? newTemplate(adminUrl, migrations);
  templates.set(wanted, made);
  return made;
}

async function newTemplate(adminUrl: string, migrations: readonly Migration[]): Promise<string> {
  const { location } = await newPostgresDatabase(adminUrl);
  const storage = await openStorage(location);
  await migrate(storage, [...migrations], 1);
  await storage.close();
  return new URL(location).pathname.slice(1);
}

/** A new database; the caller removes it. @param migrations that have run in it; without them it is empty. */
export async function newPostgresDatabase(
  adminUrl = inject('postgresAdminUrl'),
  migrations: readonly Migration[] = [],
): Promise<NewDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await runAsAdmin(adminUrl, `create database ${name} template ${await templateOf(adminUrl, migrations)}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    location: url.href,
    // `force` ends sessions that a test left open in another process.
    remove: () => runAsAdmin(adminUrl, `drop database if exists ${name} with (force)`),
  };
}

async function runAsAdmin(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
