import { sql } from 'kysely';
import type { Migration, Storage } from '../src/storage/index.ts';

/** A small schema that belongs to nobody: every kind of value, and a table that points at itself. */
export const SAMPLE_MIGRATIONS: Migration[] = [
  {
    id: 'sample-1',
    statements: ({ bytes }) => [
      `create table things (id text primary key, name text, size bigint, weight double precision, body ${bytes})`,
      'create table parts (id text primary key, thing_id text not null references things (id), parent_id text references parts (id))',
    ],
  },
  {
    id: 'sample-2',
    statements: () => ['create table counters (id text primary key, value bigint not null)'],
  },
];

/** What processes take turns at. */
export const LEASE_MIGRATION: Migration = {
  id: 'sample-lease',
  statements: () => [
    `create table errands (id text primary key, holder text not null, until_at bigint not null, fence bigint not null)`,
    `insert into errands (id, holder, until_at, fence) values ('errand', '', 0, 0)`,
  ],
};

/** One more step, as a later release would bring. */
export const NEWER_MIGRATION: Migration = {
  id: 'sample-3',
  statements: () => ['alter table things add column colour text', "update things set colour = 'grey'"],
};

/** A row of `things`. */
export interface Thing {
  id: string;
  name: string | null;
  size: number | null;
  weight: number | null;
  body: Uint8Array | null;
}

export async function addThing(storage: Storage, thing: Partial<Thing> & { id: string }): Promise<void> {
  const { id, name = null, size = null, weight = null, body = null } = thing;
  await storage.transaction(async (tx) => {
    await sql`insert into things (id, name, size, weight, body) values (${id}, ${name}, ${size}, ${weight}, ${body})`.execute(
      tx,
    );
  });
}

export async function readThings(storage: Storage): Promise<Thing[]> {
  const { rows } = await sql<Thing>`select id, name, size, weight, body from things order by id`.execute(
    storage.db,
  );
  // node:sqlite gives rows without a prototype; the tests compare members.
  return rows.map((row) => ({ ...row }));
}

/** Adds one to a counter in a transaction of its own. @returns the new value. */
export async function increment(storage: Storage, id = 'c'): Promise<number> {
  return storage.transaction(async (tx) => {
    const { rows } = await sql<{ value: number }>`
      insert into counters (id, value) values (${id}, 1)
      on conflict (id) do update set value = counters.value + 1 returning value`.execute(tx);
    return rows[0]?.value ?? NaN;
  });
}

export async function readCounter(storage: Storage, id = 'c'): Promise<number | undefined> {
  const { rows } = await sql<{ value: number }>`select value from counters where id = ${id}`.execute(
    storage.db,
  );
  return rows[0]?.value;
}
