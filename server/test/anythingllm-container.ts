import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import type { Docker } from './docker.ts';

/* A container that answers as AnythingLLM does to commands in /app/server and to GET /api/v1/auth. */

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/** As server/models/apiKeys.js: names and secrets in clear text, failures on the console, and a database that says so too. */
const MODEL = `const { readFileSync } = require('node:fs');
const { randomBytes } = require('node:crypto');
const { DatabaseSync } = require('node:sqlite');
const STORAGE = '/app/server/storage';
const db = new DatabaseSync(STORAGE + '/anythingllm.db');
db.exec('PRAGMA busy_timeout = 5000');
db.exec('CREATE TABLE IF NOT EXISTS api_keys (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, secret TEXT, createdBy INTEGER)');
const faults = () => JSON.parse(readFileSync(STORAGE + '/faults.json', 'utf8'));
console.log('prisma:info Starting a sqlite pool with 5 connections.');
const ApiKey = {
  makeSecret: () => randomBytes(14).toString('hex').toUpperCase().match(/.{7}/g).join('-'),
  create: async function (createdByUserId = null, name = null) {
    try {
      if (faults().create) throw new Error('canary-in-an-error ' + this.makeSecret());
      const secret = this.makeSecret();
      const id = Number(db.prepare('INSERT INTO api_keys (name, secret, createdBy) VALUES (?, ?, ?)').run(name, secret, createdByUserId).lastInsertRowid);
      await new Promise((done) => setTimeout(done, faults().createMs ?? 0));
      return { apiKey: { id, name, secret, createdBy: createdByUserId }, error: null };
    } catch (error) {
      console.error('FAILED TO CREATE API KEY.', error.message);
      return { apiKey: null, error: error.message };
    }
  },
  get: async ({ secret }) => db.prepare('SELECT * FROM api_keys WHERE secret = ?').get(secret) ?? null,
  where: async function ({ name }) {
    try {
      if (faults().where) throw new Error('the database is locked');
      return db.prepare('SELECT * FROM api_keys').all().filter((key) => key.name?.startsWith(name.startsWith));
    } catch (error) {
      console.error('FAILED TO GET API KEYS.', error.message);
      return [];
    }
  },
  delete: async function ({ id }) {
    try {
      if (faults().delete) throw new Error('the database is locked');
      db.prepare('DELETE FROM api_keys WHERE id = ?').run(id);
      return true;
    } catch (error) {
      console.error('FAILED TO DELETE API KEY.', error.message);
      return false;
    }
  },
};
module.exports = { ApiKey };
`;

const SERVER = `const { createServer } = require('node:http');
const { renameSync, writeFileSync } = require('node:fs');
const { ApiKey } = require('./models/apiKeys');
const server = createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.url === '/api/ping') return answer(200, { online: true });
  if (request.url !== '/api/v1/auth') return answer(404, {});
  const key = await ApiKey.get({ secret: (request.headers.authorization ?? '').replace('Bearer ', '') });
  return key ? answer(200, { authenticated: true }) : answer(403, { error: 'No valid api key found.' });
});
server.listen(Number(process.env.SERVER_PORT), '127.0.0.1', () =>
  {
    writeFileSync('/app/server/storage/port.new', String(server.address().port));
    renameSync('/app/server/storage/port.new', '/app/server/storage/port');
  });
`;

/** What goes wrong in the container from now on. */
export interface AnythingllmFaults {
  where?: boolean;
  create?: boolean;
  delete?: boolean;
  /** How long a key exists before `create` answers. */
  createMs?: number;
}

export interface AnythingllmContainer {
  readonly name: string;
  readonly url: string;
  /** Keys whose name begins so. */
  keys(prefix: string): { id: number; name: string; secret: string }[];
  addKey(name: string, secret: string): void;
  deleteKey(id: number): void;
  fail(faults: AnythingllmFaults): void;
  opens(secret: string): Promise<boolean>;
}

/** @param args of `docker run`, such as labels */
export async function startAnythingllm(
  docker: Docker,
  name: string,
  ...args: string[]
): Promise<AnythingllmContainer> {
  const app = join(docker.folder, 'apps', name);
  const storage = join(app, 'storage');
  for (const folder of ['models', 'storage']) mkdirSync(join(app, folder), { recursive: true });
  writeFileSync(join(app, 'models/apiKeys.js'), MODEL);
  writeFileSync(join(app, 'index.js'), SERVER);
  const fail = (faults: AnythingllmFaults): void =>
    writeFileSync(join(storage, 'faults.json'), JSON.stringify(faults));
  fail({});
  await docker.run(
    name,
    `--volume=${app}:/app/server`,
    '--env=SERVER_PORT=0',
    ...args,
    '--',
    'node',
    '/app/server/index.js',
  );
  const port = await written(join(storage, 'port'));
  const url = `http://127.0.0.1:${port}`;
  const db = <T>(work: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(join(storage, 'anythingllm.db'));
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  return {
    name,
    url,
    fail,
    keys: (prefix) =>
      db((database) =>
        database
          .prepare('SELECT id, name, secret FROM api_keys WHERE name GLOB ? ORDER BY id')
          .all(`${prefix}*`),
      ) as { id: number; name: string; secret: string }[],
    addKey: (...key) =>
      db(
        (database) => void database.prepare('INSERT INTO api_keys (name, secret) VALUES (?, ?)').run(...key),
      ),
    deleteKey: (id) => db((database) => void database.prepare('DELETE FROM api_keys WHERE id = ?').run(id)),
    opens: async (secret) =>
      (await fetch(`${url}/api/v1/auth`, { headers: { authorization: `Bearer ${secret}` } })).status === 200,
  };
}

async function written(file: string): Promise<string> {
  const endMs = performance.now() + START_TIMEOUT_MS;
  while (!existsSync(file)) {
    if (performance.now() > endMs) throw new Error('The container of AnythingLLM does not start.');
    await sleep(POLL_MS);
  }
  return readFileSync(file, 'utf8');
}
