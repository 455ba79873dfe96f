import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Home, Server } from './server.ts';

const WORKERS = 4;
/** The server is killed after so many acknowledged changes at most, in the middle of the next ones. */
const CHANGES_MAX = 60;
const MORE_MAX_MS = 15;
/** For so long a change waits for a server that died, until its lease ends. */
const LEASE_MS = 2_000;
const CHECKS_AT_ONCE = 8;

/** The state of a key by the answers alone. `unknown`: the server died during the request. */
interface Known {
  secret: string;
  /** Secrets that a rotation ended. */
  ended: string[];
  revoked: 'no' | 'yes' | 'unknown';
  /** A rotation was asked for and never answered: the secret may have ended. */
  rotating: boolean;
}

interface Minted {
  key: { id: string };
  secret: string;
}

/** Changes keys on a server that is killed again and again, and compares its answers with its data. */
export class CrashLife {
  readonly #home: Home;
  readonly #keys = new Map<string, Known>();
  /** Idempotency keys of mints that were never answered. */
  #unanswered: string[] = [];
  #mints = 0;
  #touched = new Set<string>();
  #killedMs = -LEASE_MS;
  /** In this life. */
  #acknowledged = { changes: 0, revocations: 0 };

  constructor(home: Home) {
    this.#home = home;
  }

  get counts(): { mints: number; revoked: number } {
    const revoked = [...this.#keys.values()].filter((key) => key.revoked === 'yes').length;
    return { mints: this.#mints, revoked };
  }

  /** One life of the server: compares with the life before, makes changes, kill -9, verifies the audit record. */
  async round(): Promise<void> {
    const server = await this.#home.serve();
    await this.#repeatUnanswered(server);
    await this.#compare(server, this.#touched);
    this.#touched = new Set();
    await sleep(Math.max(0, this.#killedMs + LEASE_MS - performance.now()));
    const changes = randomInt(1, CHANGES_MAX);
    this.#acknowledged = { changes: 0, revocations: 0 };
    const work = Promise.all(Array.from({ length: WORKERS }, () => this.#work(server)));
    while (this.#acknowledged.changes < changes || this.#acknowledged.revocations === 0) await sleep(1);
    await sleep(randomInt(MORE_MAX_MS));
    await server.kill();
    this.#killedMs = performance.now();
    await work;
    await this.#home.keyward(['audit', 'verify', '--local']);
  }

  /** Compares everything at the end, also with the record. */
  async finish(): Promise<void> {
    const server = await this.#home.serve();
    await this.#repeatUnanswered(server);
    await this.#compare(server, this.#keys.keys());
    await compareWithRecord(server);
    await server.stop();
    await this.#home.keyward(['audit', 'verify', '--local']);
  }

  async #work(server: Server): Promise<void> {
    while (!server.hasEnded) {
      const free = [...this.#keys].find(([id, key]) => key.revoked === 'no' && !this.#touched.has(id));
      const dice = randomInt(4);
      if (free === undefined || dice < 2) await this.#mint(server, randomUUID());
      else if (dice === 2) await this.#rotate(server, ...free);
      else await this.#revoke(server, ...free);
    }
  }

  async #mint(server: Server, idempotencyKey: string): Promise<void> {
    this.#mints++;
    const options = {
      body: { name: `crash ${idempotencyKey}`, role: 'client' },
      headers: { 'idempotency-key': idempotencyKey },
    };
    const answer = await answered(server.request<Minted>('POST', '/v1/keys', options));
    if (answer === undefined) return void this.#unanswered.push(idempotencyKey);
    assert.equal(answer.status, 201, answer.text);
    this.#acknowledged.changes++;
    this.#remember(answer.body);
  }

  #remember({ key, secret }: Minted): void {
    this.#keys.set(key.id, { secret, ended: [], revoked: 'no', rotating: false });
  }

  async #rotate(server: Server, id: string, known: Known): Promise<void> {
    this.#touched.add(id);
    known.rotating = true;
    const options = { body: { overlap_seconds: 0 } };
    const answer = await answered(server.request<Minted>('POST', `/v1/keys/${id}/rotate`, options));
    if (answer === undefined) return;
    assert.equal(answer.status, 200, answer.text);
    known.ended.push(known.secret);
    known.secret = answer.body.secret;
    known.rotating = false;
    this.#acknowledged.changes++;
  }

  async #revoke(server: Server, id: string, known: Known): Promise<void> {
    this.#touched.add(id);
    known.revoked = 'unknown';
    const answer = await answered(server.request('POST', `/v1/keys/${id}/revoke`));
    if (answer === undefined) return;
    assert.equal(answer.status, 200, answer.text);
    known.revoked = 'yes';
    this.#acknowledged.changes++;
    this.#acknowledged.revocations++;
  }

  /** A client that got no answer asks again: it must get its key, or learn that it was made. */
  async #repeatUnanswered(server: Server): Promise<void> {
    for (const idempotencyKey of this.#unanswered.splice(0)) {
      const answer = await server.request<Minted & { key_id: string }>('POST', '/v1/keys', {
        body: { name: `crash ${idempotencyKey}`, role: 'client' },
        headers: { 'idempotency-key': idempotencyKey },
      });
      if (answer.status === 201) {
        this.#remember(answer.body);
        continue;
      }
      assert.equal(answer.status, 409, answer.text);
      const made = await server.ask<Key>('GET', `/v1/keys/${answer.body.key_id}`);
      assert.equal(made.state, 'active');
    }
  }

  async #compare(server: Server, ids: Iterable<string>): Promise<void> {
    const waiting = [...ids];
    const check = async (): Promise<void> => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        const known = this.#keys.get(id);
        if (known !== undefined) await compareKey(server, known);
      }
    };
    await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, check));
  }
}

/** Undefined when the server died during the request: then it was not acknowledged. */
function answered<T>(request: Promise<Answer<T>>): Promise<Answer<T> | undefined> {
  return request.catch(() => undefined);
}

async function compareKey(server: Server, known: Known): Promise<void> {
  const statusOf = async (key: string): Promise<number> =>
    (await server.request('GET', '/v1/keys/self', { key })).status;
  const status = await statusOf(known.secret);
  const isCertain = known.revoked !== 'unknown' && !known.rotating;
  const allowed = isCertain ? [known.revoked === 'yes' ? 401 : 200] : [200, 401];
  assert.ok(allowed.includes(status), `answered ${status} for a key that is ${JSON.stringify(known)}`);
  const old = known.ended.at(-1);
  if (old !== undefined) assert.equal(await statusOf(old), 401, 'an ended secret was let in');
}

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

async function all<T>(server: Server, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page<T> = await server.ask('GET', `${path}limit=200${from}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

interface Key {
  id: string;
  state: string;
}

/** Each key has its record and each record its key. */
async function compareWithRecord(server: Server): Promise<void> {
  const keys = await all<Key>(server, '/v1/keys?');
  const targets = async (action: string): Promise<string[]> =>
    (await all<{ target: string }>(server, `/v1/audit?action=${action}&`)).map(({ target }) => target).sort();
  assert.deepEqual(await targets('keys.mint'), keys.map(({ id }) => id).sort());
  const revoked = keys.filter(({ state }) => state === 'revoked').map(({ id }) => id);
  assert.deepEqual(await targets('keys.revoke'), revoked.sort());
}
