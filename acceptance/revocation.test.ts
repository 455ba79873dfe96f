import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { Hammer, shoot } from './hammer.ts';
import { newHome, type Database, type Home, type MintedKey, type Server } from './server.ts';

const ROUNDS = 3;
/** Requests to each server after the answer, at least. */
const ASKED_AFTER = 20;
/** A lease of two seconds, and room for a busy machine; a request that is never answered takes minutes. */
const LEASE_MAX_MS = 6_000;
/** Needs a scope, so that a narrowed or quarantined key is refused it. */
const PATH = '/v1/models';

interface Subject {
  owner: string;
  key: MintedKey;
}

/** A removal of a permission, and the answer to later requests of the key. */
interface Removal {
  name: string;
  rounds: number;
  refusal: number;
  carryOut: (server: Server, subject: Subject) => Promise<unknown>;
}

const onKey =
  (verb: string, body?: object) =>
  (server: Server, { key }: Subject): Promise<unknown> =>
    server.ask('POST', `/v1/keys/${key.id}/${verb}`, body === undefined ? {} : { body });

const REMOVALS: Removal[] = [
  { name: 'revoke', rounds: ROUNDS, refusal: 401, carryOut: onKey('revoke') },
  { name: 'disable', rounds: 1, refusal: 401, carryOut: onKey('disable') },
  { name: 'quarantine', rounds: 1, refusal: 403, carryOut: onKey('quarantine') },
  {
    name: 'rotate without overlap',
    rounds: 1,
    refusal: 401,
    carryOut: onKey('rotate', { overlap_seconds: 0 }),
  },
  {
    name: 'narrow the scopes',
    rounds: 1,
    refusal: 403,
    carryOut: (server, { key }) =>
      server.ask('PATCH', `/v1/keys/${key.id}`, { body: { scopes: ['keys:read'] } }),
  },
  {
    name: 'narrow the addresses',
    rounds: 1,
    refusal: 401,
    carryOut: (server, { key }) =>
      server.ask('PATCH', `/v1/keys/${key.id}`, { body: { selectors: { ips: ['192.0.2.0/24'] } } }),
  },
  {
    name: 'suspend the owner',
    rounds: 1,
    refusal: 401,
    carryOut: (server, { owner }) =>
      server.ask('PATCH', `/v1/owners/${owner}`, { body: { state: 'suspended' } }),
  },
  {
    name: 'delete the owner',
    rounds: 1,
    refusal: 401,
    carryOut: (server, { owner }) => server.ask('DELETE', `/v1/owners/${owner}`),
  },
  {
    name: 'delete the key',
    rounds: 1,
    refusal: 401,
    carryOut: (server, { key }) => server.ask('DELETE', `/v1/keys/${key.id}`),
  },
];

async function newSubject(server: Server): Promise<Subject> {
  const body = { name: `owner ${performance.now()}`, kind: 'service' };
  const { id: owner } = await server.ask<{ id: string }>('POST', '/v1/owners', { body });
  return { owner, key: await server.mint({ owner, scopes: ['models:use', 'keys:read'] }) };
}

interface Round {
  /** Requests admitted before. */
  admitted: number[];
  /** Statuses of the requests that began after the acknowledgement. */
  after: number[];
}

/** Sends requests to both servers without pause, before and after a removal on one of them. */
async function playRound(here: Server, there: Server, { carryOut }: Removal): Promise<Round> {
  const subject = await newSubject(here);
  const { secret } = subject.key;
  const hammers = [here, there].map(({ url }) => new Hammer(url + PATH, secret));
  await Promise.all(hammers.map((hammer) => hammer.untilAdmitted(10)));
  await carryOut(here, subject);
  const acknowledgedMs = performance.now();
  const admitted = hammers.map((hammer) => hammer.admitted);
  const shots = (
    await Promise.all(hammers.map((hammer) => hammer.stopAfter(ASKED_AFTER, acknowledgedMs)))
  ).flat();
  return { admitted, after: shots.filter((s) => s.beganMs > acknowledgedMs).map(({ status }) => status) };
}

async function timed(work: Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work;
  return performance.now() - startedMs;
}

function suite(database: Database): void {
  let home: Home;
  let a: Server;
  let b: Server;

  beforeAll(async () => {
    home = await newHome({ database });
    [a, b] = await Promise.all([home.serve(), home.serve()]);
  }, 60_000);

  test.for(REMOVALS)('No request that begins after the answer is admitted: $name', async (removal) => {
    for (let round = 0; round < removal.rounds; round++) {
      for (const [here, there] of [
        [a, b],
        [b, a],
      ] as const) {
        const { admitted, after } = await playRound(here, there, removal);
        expect(Math.min(...admitted)).toBeGreaterThanOrEqual(10);
        expect(after.length).toBeGreaterThanOrEqual(2 * ASKED_AFTER);
        expect(after.filter((status) => status !== removal.refusal)).toEqual([]);
      }
    }
  });

  test('A quarantined key can read but not write', async () => {
    const { id, secret } = await a.mint({ role: 'admin' });
    await a.ask('POST', `/v1/keys/${id}/quarantine`);
    for (const server of [a, b]) {
      const write = { key: secret, body: { name: 'x', role: 'client' } };
      expect((await server.request('POST', '/v1/keys', write)).status).toBe(403);
      expect((await server.request('GET', '/v1/keys', { key: secret })).status).toBe(200);
    }
  });

  test('A restored key works again on both servers', async () => {
    const { key } = await newSubject(a);
    const statusOn = async (server: Server): Promise<number> =>
      (await server.request('GET', PATH, { key: key.secret })).status;
    await a.ask('POST', `/v1/keys/${key.id}/revoke`);
    expect([await statusOn(a), await statusOn(b)]).toEqual([401, 401]);
    await b.ask('POST', `/v1/keys/${key.id}/restore`);
    await expect.poll(async () => [await statusOn(a), await statusOn(b)]).toEqual([200, 200]);
  });

  test('A suspended server delays the answer by a lease at most, and refuses the key when it continues', async () => {
    const { key } = await newSubject(a);
    const agent = new Agent({ keepAlive: true });
    const ask = (): Promise<{ status: number }> => shoot(b.url + PATH, { key: key.secret, agent });
    expect((await Promise.all([ask(), ask(), ask(), ask()])).map(({ status }) => status)).toEqual(
      Array.from({ length: 4 }, () => 200),
    );
    b.child.kill('SIGSTOP');
    try {
      expect(await timed(a.ask('POST', `/v1/keys/${key.id}/revoke`))).toBeLessThan(LEASE_MAX_MS);
      // They are in its sockets when it continues, on kept connections.
      const asked = Array.from({ length: 8 }, ask);
      await sleep(100);
      b.child.kill('SIGCONT');
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(
        Array.from({ length: 8 }, () => 401),
      );
    } finally {
      b.child.kill('SIGCONT');
      agent.destroy();
    }
    const { secret } = await b.mint();
    expect((await b.request('GET', PATH, { key: secret })).status).toBe(200);
  });

  test('A killed server delays the answer by a lease at most, and refuses the key after its restart', async () => {
    const { key } = await newSubject(a);
    const hammer = new Hammer(b.url + PATH, key.secret);
    await hammer.untilAdmitted(10);
    await hammer.stop();
    await b.kill();
    expect(await timed(a.ask('POST', `/v1/keys/${key.id}/revoke`))).toBeLessThan(LEASE_MAX_MS);
    b = await home.serve();
    expect((await b.request('GET', PATH, { key: key.secret })).status).toBe(401);
    const next = await newSubject(a);
    expect(await timed(a.ask('POST', `/v1/keys/${next.key.id}/revoke`))).toBeLessThan(LEASE_MAX_MS);
  });
}

describe('two servers on one SQLite file', () => {
  suite('sqlite');
});
describe('two servers on one PostgreSQL', () => {
  suite('postgres');
});
