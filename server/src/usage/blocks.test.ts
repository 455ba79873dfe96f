import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnBothDatabases, type TestDatabase } from '../../test/databases.ts';
import type { Budget } from '../access/index.ts';
import { type Storage } from '../storage/index.ts';
import { Budgets, usageMigrations } from './index.ts';
import type { BudgetHolder, Refusal, Reservation, Spend } from './index.ts';
import type { Demand } from './plan.ts';

const NOON = Date.parse('2026-03-14T12:00:00Z');
const LEASE_MS = 45_000;
const logger = pino({ level: 'silent' });
const spend = (tokens: number) => ({ requests: 0, tokens, usdNano: 0, gpuMs: 0 });
const holder = (id: string, amount: number, kind: BudgetHolder['kind'] = 'key'): BudgetHolder => {
  const budget: Budget = { name: 'b', unit: 'tokens', amount: String(amount), period: 'total' };
  return { kind, id, name: id, budgets: [budget] };
};
const isGranted = (answer: Reservation | Refusal): answer is Reservation => !('refused' in answer);
const granted = (answer: Reservation | Refusal): Reservation => {
  if ('refused' in answer) throw new Error(answer.refused.name);
  return answer;
};

const range = (tokens: number): Demand => ({
  least: spend(tokens),
  most: spend(4 * tokens),
  whole: spend(16 * tokens),
});

function heldBy({ share }: Reservation, wanted: Spend | Demand): number {
  if (!('least' in wanted)) return wanted.tokens;
  const [least, most] = [wanted.least.tokens, wanted.most.tokens];
  return share === 'whole' ? wanted.whole.tokens : least + Math.floor((most - least) * share);
}

function random(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

interface Node {
  budgets: Budgets;
  storage: Storage;
  held: { reservation: Reservation; amount: number }[];
}

describeOnBothDatabases('budgets in blocks', (open) => {
  let database: TestDatabase;
  let passedMs = 0;
  const clock = { nowMs: () => NOON + passedMs, monotonicMs: () => performance.now() + passedMs };
  const running: Budgets[] = [];

  beforeEach(async () => {
    passedMs = 0;
    database = await open(usageMigrations);
  });
  afterEach(async () => {
    for (const budgets of running.splice(0)) await budgets.stop();
  });

  /** Another process's budgets; its storage is its own, so that it can be cut off. */
  async function openNode({ isStarted = true } = {}): Promise<Node> {
    const storage = await database.reopen();
    const budgets = new Budgets({ storage, clock, logger, flushMs: 20 });
    running.push(budgets);
    if (isStarted) budgets.start();
    return { budgets, storage, held: [] };
  }

  const usedOf = async ({ budgets }: Node, { id, budgets: own }: BudgetHolder): Promise<number> =>
    Number((await budgets.view(id, own))[0]?.used);

  /** Reserves and settles. */
  async function use({ budgets }: Node, key: BudgetHolder, [held, took]: [number, number]): Promise<void> {
    await budgets.settle(granted(await budgets.reserve([key], spend(held))), spend(took));
  }

  it('a budget that is large beside its requests is reserved and settled without the database', async () => {
    const { budgets, storage } = await openNode({ isStarted: false });
    const key = [holder('key_a', 1_000_000), holder('own_a', 2_000_000, 'owner')];
    const first = granted(await budgets.reserve(key, spend(100)));
    await storage.close();
    for (let i = 0; i < 10; i++) {
      const answer = budgets.reserve(key, spend(100));
      expect(answer).not.toBeInstanceOf(Promise);
      expect(budgets.settle(granted(await answer), spend(10))).toBeUndefined();
    }
    expect(budgets.settle(first, spend(10))).toBeUndefined();
  });

  it('settled use is visible in this process at once and in others once it is written', async () => {
    const [here, there] = [await openNode({ isStarted: false }), await openNode()];
    const key = holder('key_a', 1_000_000);
    for (let i = 1; i <= 10; i++) {
      await use(here, key, [100, 7]);
      expect(await usedOf(here, key)).toBe(7 * i);
    }
    await here.budgets.flush();
    expect(await usedOf(there, key)).toBe(70);
  });

  it('no request is refused while other processes hold unused budget', async () => {
    const nodes = [await openNode(), await openNode(), await openNode()];
    const key = holder('key_a', 1_000_000);
    for (const node of nodes) await use(node, key, [1_000, 1_000]);
    const last = nodes[2] as Node;
    const all = granted(await last.budgets.reserve([key], spend(997_000)));
    expect(isGranted(await last.budgets.reserve([key], spend(1)))).toBe(false);
    await last.budgets.settle(all, spend(997_000));
    expect(await usedOf(last, key)).toBe(1_000_000);
  });

  it('the blocks of a dead process are free after its lease, and its written use stays', async () => {
    const [dead, alive] = [await openNode({ isStarted: false }), await openNode()];
    const key = holder('key_a', 1_000_000);
    await use(dead, key, [1_000, 400]);
    await dead.budgets.flush();
    granted(await dead.budgets.reserve([key], spend(1_000)));
    expect(isGranted(await alive.budgets.reserve([key], spend(999_600)))).toBe(false);
    passedMs += LEASE_MS + 1;
    await use(alive, key, [999_600, 0]);
    expect(await usedOf(alive, key)).toBe(400);
  });

  it('a process that stood still for longer than its lease grants nothing from its old blocks', async () => {
    const [slept, awake] = [await openNode({ isStarted: false }), await openNode()];
    const key = holder('key_a', 1_000_000);
    const kept = granted(await slept.budgets.reserve([key], spend(1_000)));
    passedMs += LEASE_MS + 1;
    granted(await awake.budgets.reserve([key], spend(999_500)));
    expect(isGranted(await slept.budgets.reserve([key], spend(501)))).toBe(false);
    await slept.budgets.settle(kept, spend(300));
    await slept.budgets.flush();
    expect(await usedOf(awake, key)).toBe(999_800);
  });

  it('a budget that is lowered or raised holds from the next request on', async () => {
    const { budgets } = await openNode();
    const at = (amount: number) => [holder('key_a', amount)];
    await budgets.settle(granted(await budgets.reserve(at(1_000_000), spend(100))), spend(100));
    expect(isGranted(await budgets.reserve(at(150), spend(51)))).toBe(false);
    await budgets.settle(granted(await budgets.reserve(at(150), spend(50))), spend(50));
    expect(isGranted(await budgets.reserve(at(150), spend(1)))).toBe(false);
    granted(await budgets.reserve(at(1_000), spend(850)));
  });

  it('settlements that the database did not accept are written once when it is back', async () => {
    const node = await openNode({ isStarted: false });
    const key = holder('key_a', 1_000_000);
    const rename = (from: string, to: string) =>
      database.storage.transaction((tx) => tx.schema.alterTable(from).renameTo(to).execute());
    await use(node, key, [100, 30]);
    await rename('budget_blocks', 'budget_blocks_away');
    await expect(node.budgets.flush()).rejects.toThrow('budget_blocks');
    granted(await node.budgets.reserve([key], spend(100)));
    await rename('budget_blocks_away', 'budget_blocks');
    await node.budgets.flush();
    expect(await usedOf(node, key)).toBe(130);
    expect(await usedOf(await openNode(), key)).toBe(130);
  });

  it('budget that is given back while the database is away is free once it is back', async () => {
    const node = await openNode({ isStarted: false });
    const rename = (from: string, to: string) =>
      database.storage.transaction((tx) => tx.schema.alterTable(from).renameTo(to).execute());
    await use(node, holder('key_a', 1_000_000), [100, 30]);
    await rename('budget_use', 'budget_use_away');
    for (let i = 0; i < 8; i++) await expect(node.budgets.flush()).rejects.toThrow('budget_use');
    await rename('budget_use_away', 'budget_use');
    for (let i = 0; i < 3; i++) await node.budgets.flush();
    expect(await rows('budget_blocks')).toBe(0);
    expect(await usedOf(node, holder('key_a', 1_000_000))).toBe(30);
  });

  it('a block ends with its period, and a request that runs over the end settles where it began', async () => {
    const node = await openNode({ isStarted: false });
    const budget: Budget = { name: 'b', unit: 'tokens', amount: '1000000', period: 'hour' };
    const key: BudgetHolder = { kind: 'key', id: 'key_a', name: 'a', budgets: [budget] };
    const straddling = granted(await node.budgets.reserve([key], spend(600_000)));
    await use(node, key, [100, 100]);
    passedMs = 3_600_000;
    expect(await usedOf(node, key)).toBe(0);
    const whole = granted(await node.budgets.reserve([key], spend(1_000_000)));
    await node.budgets.settle(straddling, spend(500_000));
    await node.budgets.flush();
    expect(await usedOf(node, key)).toBe(1_000_000);
    await node.budgets.settle(whole, spend(1));
    passedMs = 0;
    expect(await usedOf(node, key)).toBe(500_100);
  });

  it('a request gets the whole of a range, or the rest, or nothing: the same share of each budget', async () => {
    const { budgets } = await openNode();
    const [small, large] = [holder('key_small', 3_000), holder('key_large', 30_000, 'owner')];
    const demand = { least: spend(1_000), most: spend(3_000), whole: spend(16_000) };
    const whole = granted(await budgets.reserve([large], demand));
    expect(whole.share).toBe('whole');
    const some = granted(await budgets.reserve([holder('key_other', 2_000), large], demand));
    expect(some.share).toBe(0.5);
    expect((await budgets.view('key_large', large.budgets))[0]).toMatchObject({ reserved: '18000' });
    expect(granted(await budgets.reserve([small, large], demand)).share).toBe(1);
    const refused = await budgets.reserve([small, large], demand);
    expect('refused' in refused && refused.needed).toBe('1000');
    await budgets.settle(whole, spend(16_000));
    await budgets.settle(some, spend(0));
    expect((await budgets.view('key_large', large.budgets))[0]).toMatchObject({ used: '19000' });
  });

  it('a request waits for unused budget of other processes, also for the least of its range', async () => {
    const [here, there] = [await openNode(), await openNode()];
    const key = holder('key_a', 1_000_000);
    await use(here, key, [400_000, 0]);
    await use(there, key, [1_000, 1_000]);
    const demand = { least: spend(900_000), most: spend(950_000), whole: spend(2_000_000) };
    expect(granted(await there.budgets.reserve([key], demand)).share).toBe(1);
  });

  it('a quiet holder keeps no block, in memory or in the database', async () => {
    const node = await openNode();
    await use(node, holder('key_a', 1_000_000), [100, 30]);
    await expect.poll(() => rows('budget_blocks')).toBe(0);
    await expect.poll(() => rows('budget_leases')).toBe(0);
    await use(node, holder('key_a', 1_000_000), [100, 30]);
    expect(await usedOf(node, holder('key_a', 1_000_000))).toBe(60);
  });

  async function rows(table: 'budget_blocks' | 'budget_leases'): Promise<number> {
    const { db } = database.storage;
    type Tables = Record<'budget_blocks' | 'budget_leases', object>;
    return (await db.withTables<Tables>().selectFrom(table).selectAll().execute()).length;
  }

  it.each([1, 2, 3])(
    'never more is granted than there is, whatever processes do and die, and the rest can be spent (seed %i)',
    async (seed) => {
      const next = random(seed);
      const below = (n: number): number => Math.floor(next() * n);
      const amount = [2_000, 30_000, 400_000][seed % 3] ?? 0;
      const parent = holder('key_parent', amount);
      const families = ['key_a', 'key_b'].map((id) => [holder(id, amount), parent]);
      const nodes = [await openNode(), await openNode(), await openNode()];
      let settled = 0;
      let refusals = 0;
      const inUse = (): number =>
        settled + nodes.flatMap(({ held }) => held).reduce((sum, hold) => sum + hold.amount, 0);
      const act = async (node: Node): Promise<void> => {
        const hold = next() < 0.5 ? node.held.splice(below(node.held.length), 1)[0] : undefined;
        if (hold !== undefined) {
          const took = below(hold.amount + 1);
          settled += took;
          await node.budgets.settle(hold.reservation, spend(took));
          return;
        }
        const wanted = 1 + below(next() < 0.1 ? amount / 4 : amount / 500);
        const demand = next() < 0.5 ? spend(wanted) : range(wanted);
        const answer = await node.budgets.reserve(families[below(2)] ?? [], demand);
        if (isGranted(answer)) node.held.push({ reservation: answer, amount: heldBy(answer, demand) });
        else refusals++;
        expect(inUse()).toBeLessThanOrEqual(amount);
      };
      /** One dies after it has written; what it held is free after its lease. */
      const die = async ({ budgets, storage }: Node): Promise<void> => {
        await budgets.flush();
        running.splice(running.indexOf(budgets), 1);
        await storage.close();
        for (let i = 0; i < 5; i++) {
          passedMs += LEASE_MS / 5 + 1;
          for (const node of nodes) await node.budgets.flush();
        }
        nodes.push(await openNode());
      };
      for (let round = 0; round < 60; round++) {
        await Promise.all(Array.from({ length: 12 }, () => act(nodes[below(3)] as Node)));
        if (round % 20 === 19) await die(nodes.splice(below(3), 1)[0] as Node);
      }
      for (const { budgets, held } of nodes)
        for (const { reservation } of held.splice(0)) await budgets.settle(reservation, spend(0));
      const { budgets } = nodes[0] as Node;
      granted(await budgets.reserve([parent], spend(amount - settled)));
      expect(isGranted(await budgets.reserve([parent], spend(1)))).toBe(false);
      // Else the end of the budget was never reached, and little was shown.
      expect(refusals).toBeGreaterThan(0);
    },
  );
});
