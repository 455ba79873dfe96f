import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { QUESTION } from './openai.ts';
import { newHome, type Database, type MintedKey, type Server } from './server.ts';
import { json, startUpstream, type Upstream } from './upstream.ts';

const MODEL = 'gpt-4o-mini';
const CHAT_PATH = '/v1/chat/completions';
const TOKENS_IN = 10;
const TOKENS_OUT = 20;
const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_764_936_873,
  model: MODEL,
  choices: [{ index: 0, message: { role: 'assistant', content: 'Wien.' }, finish_reason: 'stop' }],
  usage: {
    prompt_tokens: TOKENS_IN,
    completion_tokens: TOKENS_OUT,
    total_tokens: TOKENS_IN + TOKENS_OUT,
  },
};
const PRICES = { [MODEL]: { input_usd_per_million_tokens: '100', output_usd_per_million_tokens: '500' } };
/** By these prices: 10 × 0.0001 + 20 × 0.0005. */
const COST_USD = 0.011;

interface BudgetView {
  used: string;
  amount: string;
}

async function usedOf(server: Server, { id }: MintedKey): Promise<number> {
  const { budgets } = await server.ask<{ budgets: BudgetView[] }>('GET', `/v1/keys/${id}`);
  return Number(budgets[0]?.used);
}

/** Many callers at once, each until it is refused. @returns what the budget showed meanwhile. */
async function spendAll(servers: Server[], key: MintedKey): Promise<{ admitted: number; shown: number[] }> {
  const body = { model: MODEL, messages: QUESTION, max_tokens: TOKENS_OUT };
  const shown: number[] = [];
  let admitted = 0;
  const done = new AbortController();
  const call = async (server: Server): Promise<void> => {
    for (let refusals = 0; refusals < 6;) {
      const { status } = await server.request('POST', CHAT_PATH, { key: key.secret, body });
      if (status === 200) admitted++;
      else if (status !== 429) throw new Error(`The answer was ${status}.`);
      // Reservations of others may become free again: a refused caller retries a few times.
      if (status === 429) refusals += await sleep(60, 1);
    }
  };
  const calling = servers.flatMap((server) => Array.from({ length: 25 }, () => call(server)));
  const watch = async (): Promise<void> => {
    while (!done.signal.aborted) shown.push(await usedOf(servers[0] as Server, key));
  };
  await Promise.all([Promise.all(calling).finally(() => done.abort()), watch()]);
  return { admitted, shown };
}

function budgetSuite(database: Database): void {
  let upstream: Upstream;
  let servers: Server[];

  beforeAll(async () => {
    upstream = await startUpstream();
    upstream.on(
      '/chat/completions',
      json(async () => {
        await sleep(30 + Math.random() * 60);
        return ANSWER;
      }),
    );
    const home = await newHome({ database });
    servers = [await home.serve(), await home.serve()];
    await servers[0]?.addUpstream({ base_url: upstream.baseUrl, models: [MODEL], prices: PRICES });
  }, 60_000);

  const budgets = [
    { unit: 'tokens', amount: '1000', each: TOKENS_IN + TOKENS_OUT, least: 800 },
    { unit: 'usd', amount: '0.500000001', each: COST_USD, least: 0.4 },
    { unit: 'requests', amount: '57', each: 1, least: 57 },
  ];
  test.for(budgets)(
    'A budget of $amount $unit is never overspent by 50 callers on two servers',
    async ({ unit, amount, each, least }) => {
      const [first] = servers as [Server];
      const key = await first.mint({ budgets: [{ name: 'total', unit, amount, period: 'total' }] });
      const before = upstream.received.length;
      const { admitted, shown } = await spendAll(servers, key);
      expect(Math.max(...shown)).toBeLessThanOrEqual(Number(amount));
      expect(upstream.received.length - before).toBe(admitted);
      // All answers are counted exactly, and are within the budget.
      const used = admitted * each;
      expect(used).toBeLessThanOrEqual(Number(amount));
      await expect.poll(() => usedOf(first, key)).toBeCloseTo(used, 9);
      // The rest of the budget is less than one more estimate.
      expect(used).toBeGreaterThanOrEqual(least);
    },
  );
}

describe('a budget (sqlite)', () => {
  budgetSuite('sqlite');
});
describe('a budget (postgres)', () => {
  budgetSuite('postgres');
});
