import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { pathOf, routes, takesJson } from '../api/sweep.fixture.ts';
import type { Declared } from '../base/forms/allowed-form.ts';
import { firstSession } from '../developer/people/identity.fixture.ts';

interface Schema extends Declared {
  properties?: Record<string, Schema>;
  items?: Schema;
  pattern?: string;
  format?: string;
}
interface Problem {
  detail?: string;
  error?: { message: string };
  errors?: { field: string; message: string }[];
}

/** Each part of a schema with the path that errors give it, and a body with `value` there. */
function parts(schema: Schema): { field: string; part: Schema; bodyWith: (value: unknown) => unknown }[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => [
    { field: name, part, bodyWith: (value: unknown): unknown => ({ [name]: value }) },
    ...parts(part).map((one) => ({
      ...one,
      field: one.field.startsWith('[') ? `${name}${one.field}` : `${name}.${one.field}`,
      bodyWith: (value: unknown) => ({ [name]: one.bodyWith(value) }),
    })),
  ]);
  if (schema.items === undefined) return inner;
  const first = { field: '[0]', part: schema.items, bodyWith: (value: unknown): unknown => [value] };
  const within = parts(schema.items).map((one) => ({
    ...one,
    field: one.field.startsWith('[') ? `[0]${one.field}` : `[0].${one.field}`,
    bodyWith: (value: unknown) => [one.bodyWith(value)],
  }));
  return [...inner, first, ...within];
}

const branches = (schema: Schema): Schema[] => schema.anyOf?.flatMap(branches) ?? [schema];
const RAW = /of type|NOT|[<>]=|pattern|schema|format/;

describeOnServer('sqlite', 'the text of an invalid field', (start) => {
  let server: TestServer;
  let session: string;
  const refusal = async (method: string, path: string, body: unknown): Promise<string> => {
    const key = path.startsWith('/v1/session') ? session : server.adminKey;
    const answer = await server.request<Problem>(method, path, { key, body: body as object });
    return answer.body.detail ?? answer.body.error?.message ?? answer.text;
  };
  beforeAll(async () => {
    server = await start();
    session = await firstSession(server);
  });

  test('names the whole range of each number of each route', async () => {
    let count = 0;
    for (const route of routes.filter(takesJson)) {
      for (const { field, part, bodyWith } of parts(route.body as Schema)) {
        const [number] = branches(part).filter(({ maximum }) => maximum !== undefined);
        if (number?.maximum === undefined) continue;
        count++;
        const text = await refusal(route.method, pathOf(route), bodyWith(number.maximum + 1));
        const range = [number.minimum, number.maximum].map((end) => end?.toLocaleString('en-US') ?? '');
        expect([route.id, text]).toEqual([route.id, expect.stringContaining(`${field}: must be `)]);
        expect([route.id, text]).toEqual([route.id, expect.stringContaining(range[0] ?? '')]);
        expect([route.id, text]).toEqual([route.id, expect.stringContaining(range[1] ?? '')]);
      }
    }
    expect(count).toBeGreaterThan(30);
  });

  test('names an allowed form, and nothing of the schema', async () => {
    for (const route of routes.filter(takesJson)) {
      for (const { field, part, bodyWith } of parts(route.body as Schema)) {
        const types = branches(part).map(({ type }) => type);
        const wrong = types.includes('boolean') ? 'true' : types.includes('string') ? true : 'wrong';
        if (types.includes(undefined)) continue;
        const text = await refusal(route.method, pathOf(route), bodyWith(wrong));
        const message = text.split('; ').find((one) => one.startsWith(`${field}: `));
        expect([route.id, field, message]).toEqual([route.id, field, expect.stringContaining(': must be ')]);
        expect([route.id, message]).toEqual([route.id, expect.not.stringMatching(RAW)]);
      }
    }
  });

  test('names the words of an enum, also for a value of another type', async () => {
    let count = 0;
    for (const route of routes.filter(takesJson)) {
      for (const { field, part, bodyWith } of parts(route.body as Schema)) {
        const [word] = part.enum ?? [];
        if (word === undefined) continue;
        count++;
        const text = await refusal(route.method, pathOf(route), bodyWith(5));
        expect([route.id, text]).toEqual([route.id, expect.stringContaining(`${field}: must be one of`)]);
      }
    }
    expect(count).toBeGreaterThan(10);
  });

  test.for<[object, string]>([
    [
      { limits: [{ name: 'a', requests: 0, window_seconds: 60 }] },
      'limits[0].requests: must be 1 to 1,000,000',
    ],
    [
      { limits: [{ name: 'a', requests: '5', window_seconds: 60 }] },
      'limits[0].requests: must be a whole number, 1 to 1,000,000',
    ],
    [{ limits: [{ name: 'a', requests: 5 }] }, 'limits[0].window_seconds: is missing'],
    [{ limits: [{ name: 'a', concurrent: 0 }] }, 'limits[0].concurrent: must be 1 to 100,000'],
    [
      { limits: [{ name: 'a', concurrency: 4 }] },
      'limits[0]: must be {name, requests, window_seconds} or {name, concurrent}; for jobs {name, max_running} or {name, max_queued}',
    ],
    [
      { budgets: [{ name: 'a', unit: 'euro', amount: '1', period: 'day' }] },
      'budgets[0].unit: must be one of requests, tokens, usd, gpu_seconds',
    ],
    [
      { budgets: [{ name: 'a', unit: 'usd', amount: 'ten', period: 'day' }] },
      'budgets[0].amount: must be a decimal number, such as 12.50 or "12.50"',
    ],
    [
      { budgets: [{ name: 'a', unit: 'usd', amount: -1, period: 'day' }] },
      'budgets[0].amount: must be a decimal number, such as 12.50 or "12.50"',
    ],
    [
      { budgets: [{ name: 'a', unit: 'usd', amount: 1e30, period: 'day' }] },
      'budgets[0].amount: must be a decimal number',
    ],
    [
      { budgets: [{ name: 'a', unit: 'usd', amount: 0.12345678901, period: 'day' }] },
      'budgets[0].amount: must',
    ],
    [{ tags: ['x', 5] }, 'tags[1]: must be a text of 1 to 60 characters'],
    [{ selectors: { ip: [] } }, 'selectors.ip: is not a known field; did you mean ips?'],
    [{ expires_at: 5 }, 'expires_at: must be an RFC 3339 date-time such as 2027-01-31T09:00:00Z'],
  ])('of a new key %j: %s', async ([more, text]) => {
    expect(await refusal('POST', '/v1/keys', { name: 'x', role: 'client', ...more })).toContain(text);
  });

  test('is not needed for amounts as numbers: they are kept exactly as their digits', async () => {
    const budget = { name: 'a', unit: 'usd', period: 'day' };
    for (const [amount, kept] of [
      [12.5, '12.5'],
      [1.5e-7, '0.00000015'],
      [1e-7, '0.0000001'],
      ['12.50', '12.50'],
      [0.1, '0.1'],
    ] as const) {
      const body = { name: 'x', role: 'client', budgets: [{ ...budget, amount }] };
      const answer = await server.request('POST', '/v1/keys', { body });
      expect([answer.status, answer.text]).toEqual([201, expect.stringContaining(`"amount":"${kept}"`)]);
    }
    const prices = { m: { input_usd_per_million_tokens: 2.5, output_usd_per_million_tokens: '10' } };
    const body = { name: 'priced', base_url: 'https://api.example.com/v1', prices };
    const upstream = await server.request<{ prices: unknown }>('POST', '/v1/upstreams', { body });
    expect([upstream.status, upstream.body.prices]).toEqual([
      201,
      { m: { input_usd_per_million_tokens: '2.5', output_usd_per_million_tokens: '10' } },
    ]);
  });
});

test('each text with a pattern is described by its allowed form', () => {
  const faults = routes.flatMap((route) =>
    ([route.body, route.query] as (Schema | undefined)[])
      .flatMap((schema) => (schema === undefined ? [] : parts(schema)))
      .flatMap(({ field, part }) => branches(part).map((branch) => ({ field, branch, part })))
      .filter(({ branch: { pattern } }) => pattern !== undefined)
      .filter(
        ({ branch, part }) => ![branch, part].some(({ description }) => /^[^A-Z]/.test(description ?? '')),
      )
      .map(({ field }) => `${route.id} ${field}`),
  );
  expect(faults).toEqual([]);
});
