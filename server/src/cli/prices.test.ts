import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestUpstream, type TestUpstream } from '../../test/upstream.ts';
import { startServer } from './cli.fixture.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let upstream: TestUpstream;
beforeAll(async () => {
  server = await startServer();
  upstream = await startTestUpstream();
}, 60_000);
afterAll(async () => {
  await upstream.close();
  await server.stop();
});

const PRICE = '{"gpt-test": {"input_usd_per_million_tokens": "1", "output_usd_per_million_tokens": "2"}}';

describe('prices on the command line', { timeout: 60_000 }, () => {
  test('upstreams add and keys create warn on stderr about models without a price', async () => {
    const { home } = server;
    const flags = ['--scope', 'models:use', '--model', 'gpt-test', '--budget'];
    const key = (name: string): string[] => ['keys', 'create', name, ...flags];
    const added = await home.run(['upstreams', 'add', 'bare', upstream.baseUrl, '--model', 'gpt-test']);
    expect(added.code).toBe(0);
    expect(added.stderr).toContain('Warning: No model of bare has a price');
    expect(added.stderr).toContain('keyward upstreams update bare --prices');
    const minted = await home.run([...key('bare'), '10usd/month']);
    expect(minted.code).toBe(0);
    expect(minted.stderr).toContain(
      'Warning: This key counts against a budget in usd, so it cannot use models without a price: gpt-test.',
    );
    expect((await home.run([...key('tokens'), '10tokens/month'])).stderr).not.toContain('Warning');
    const priced = await home.run(['upstreams', 'update', 'bare', '--prices', PRICE]);
    expect([priced.code, priced.stderr]).toEqual([0, '']);
    expect((await home.run([...key('priced'), '10usd/month'])).stderr).not.toContain('Warning');
  });

  test('--model takes JSON with the largest length of an answer', async () => {
    const { home } = server;
    const model = { name: 'short', upstream_name: 'vendor/short', max_output_tokens: 2_000 };
    const add = ['upstreams', 'add', 'sized', upstream.baseUrl, '--model', 'plain', '--model'];
    const added = await home.run([...add, JSON.stringify(model)]);
    expect(added.code).toBe(0);
    expect(JSON.parse(added.stdout)).toMatchObject({ models: ['plain', model] });
  });

  test('--unpriced allow ends the warnings, and another value is refused', async () => {
    const { home } = server;
    const add = ['upstreams', 'add', 'open', upstream.baseUrl, '--model', 'open-model', '--unpriced'];
    expect((await home.run([...add, 'maybe'])).code).toBe(2);
    const added = await home.run([...add, 'allow']);
    expect(added.code).toBe(0);
    expect(added.stderr).not.toContain('Warning');
    expect(JSON.parse(added.stdout)).toMatchObject({ unpriced: 'allow', warnings: [] });
  });
});
