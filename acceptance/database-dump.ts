import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { expect } from 'vitest';
import type { Trace } from './canaries.ts';
import type { Home } from './server.ts';

/** A stolen PostgreSQL; SQLite has files. */
export function databaseDump({ environment }: Home): Trace[] {
  const url = environment['KEYWARD_DATABASE_URL'];
  if (url === undefined) return [];
  const program = globSync('/usr/lib/postgresql/*/bin/pg_dump').at(-1) ?? 'pg_dump';
  const { username, password, hostname, port, pathname } = new URL(url);
  const env = { ...process.env, PGUSER: username, PGPASSWORD: password, PGHOST: hostname, PGPORT: port };
  const bytes = execFileSync(program, ['--inserts', pathname.slice(1)], {
    env,
    maxBuffer: 256 * 1024 * 1024,
  });
  expect(bytes.toString()).toContain('INSERT INTO');
  return [{ where: 'dump of the database', bytes }];
}
