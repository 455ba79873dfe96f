import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { vi } from 'vitest';
import type { TestServer } from '../../../test/server.ts';
import type { Storage } from '../../storage/index.ts';

const HOUR_MS = 3_600_000;
const BATCH = 50_000;

interface Dialect {
  numbers: (from: number, to: number) => string;
  id: (kind: string) => string;
  digest: string;
}

const dialectOf = ({ dialect }: Pick<Storage, 'dialect'>): Dialect =>
  dialect === 'sqlite'
    ? {
        numbers: (from, to) =>
          `(with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to}) select i from n)`,
        id: (kind) => `printf('${kind}_%012d', i)`,
        digest: 'randomblob(32)',
      }
    : {
        numbers: (from, to) => `generate_series(${from}, ${to}) as n(i)`,
        id: (kind) => `'${kind}_' || lpad(i::text, 12, '0')`,
        digest: `decode(md5(i::text) || md5(i::text), 'hex')`,
      };

async function fill(storage: Storage, count: number, statement: (numbers: string) => string): Promise<void> {
  const { numbers } = dialectOf(storage);
  for (let from = 1; from <= count; from += BATCH) {
    const text = statement(numbers(from, Math.min(count, from + BATCH - 1)));
    await storage.transaction((tx) => sql.raw(text).execute(tx), { durable: false });
  }
}

/** So many copies of a key, newer than it. A name, a tag and an expiry that none of them has are on the first alone. */
export async function copyKey(server: TestServer, id: string, count: number): Promise<void> {
  const { storage } = server.app.core;
  const dialect = dialectOf(storage);
  const [key, secret] = [dialect.id('key'), dialect.id('sec')];
  await fill(
    storage,
    count,
    (
      numbers,
    ) => `insert into keys (id, owner_id, name, role, grants, selectors, limits, budgets, expires_at, state,
      state_reason, revoked_at, created_at, created_by, last_used_at, metadata, tags, revision, number)
    select ${key}, owner_id, name, role, grants, selectors, limits, budgets, expires_at, state, state_reason,
      revoked_at, created_at + i, created_by, last_used_at, metadata, tags, revision, 1000 + i
    from ${numbers}, keys where id = '${id}'`,
  );
  await fill(
    storage,
    count,
    (numbers) => `insert into key_secrets (id, key_id, digest, pepper, hint, created_at)
    select ${secret}, ${key}, ${dialect.digest}, 'p', 'h', i from ${numbers}`,
  );
}

/** So many copies of a chat, newer than it. */
export async function copyChat(server: TestServer, id: number, count: number): Promise<void> {
  const { storage } = server.app.core;
  const columns =
    'workspace_id, thread_id, user_id, api_session_id, prompt, response, included, feedback_score, created_at, updated_at';
  await fill(
    storage,
    count,
    (numbers) => `insert into workspace_chats (id, ${columns})
      select ${id} + i, ${columns} from ${numbers}, workspace_chats where id = ${id}`,
  );
  const last = `update id_sequences set last_id = ${id + count} where name = 'workspace_chats'`;
  await storage.transaction(async (tx) => {
    await sql.raw(last).execute(tx);
    await sql.raw('analyze').execute(tx);
  });
}

/** Usage of so many hours before now, of `keys` keys of the owner in each, by two models, some of it refused. */
export async function addUsage(
  server: TestServer,
  { ownerId, keyId, hours, keys }: { ownerId: string; keyId: string; hours: number; keys: number },
): Promise<void> {
  const { storage } = server.app.core;
  const { id } = dialectOf(storage);
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const key = `case when i % ${keys} = 0 then '${keyId}' else ${id('key').replaceAll(/\bi\b(?!')/g, `(i % ${keys})`)} end`;
  await fill(
    storage,
    hours * keys,
    (
      numbers,
    ) => `insert into usage_hours (hour, key_id, owner_id, model, worker, code, requests, tokens_in, tokens_out,
      usd_nano, gpu_ms, estimated_requests)
    select cast(${now} as bigint) - (i / ${keys}) * cast(${HOUR_MS} as bigint), ${key}, '${ownerId}',
      case when i % 2 = 0 then 'm1' else 'm2' end, '', case when i % 5 = 0 then 'rate_limited' else 'ok' end,
      1 + i % 3, i % 7, i % 11, i % 13, 0, 0
    from ${numbers}`,
  );
  await storage.transaction((tx) => sql.raw('analyze').execute(tx));
}

/** Everything that is prepared in this process meanwhile. */
export async function statementsOf(work: () => Promise<void>): Promise<Set<string>> {
  const watched = vi.spyOn(DatabaseSync.prototype, 'prepare');
  try {
    await work();
    return new Set(watched.mock.calls.map(([text]) => text));
  } finally {
    watched.mockRestore();
  }
}

/** So many copies of one row of a table. @param change columns as SQL in which `i` counts up from 1. */
export async function copyRow(
  server: TestServer,
  {
    table,
    where,
    count,
    change,
  }: { table: string; where: string; count: number; change: Record<string, string> },
): Promise<void> {
  const { storage } = server.app.core;
  const one = sql.raw<Record<string, unknown>>(`select * from ${table} where ${where} limit 1`);
  const columns = Object.keys((await one.execute(storage.db)).rows[0] ?? {});
  const values = columns.map((column) => change[column] ?? `one.${column}`).join(', ');
  await fill(
    storage,
    count,
    (numbers) => `insert into ${table} (${columns.join(', ')})
      select ${values} from ${numbers}, (select * from ${table} where ${where} limit 1) as one`,
  );
}
