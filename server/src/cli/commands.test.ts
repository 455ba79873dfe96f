import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatAnswer, chatEvents, json, startTestUpstream, stream } from '../../test/upstream.ts';
import type { TestUpstream } from '../../test/upstream.ts';
import { startServer, type Ended, type Home } from './cli.fixture.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let home: Home;
let upstream: TestUpstream;
beforeAll(async () => {
  server = await startServer();
  home = server.home;
  upstream = await startTestUpstream();
}, 60_000);
afterAll(async () => {
  await upstream.close();
  await server.stop();
});

interface NewKey {
  key: { id: string; name: string; state: string; secrets: { id: string }[] };
  secret: string;
}
interface Listing {
  items: { id: string; name: string }[];
  next_cursor: string | null;
}

const create = (...args: string[]): Promise<NewKey> => home.json(['keys', 'create', ...args]);
const runAs = (secret: string, args: string[], stdin = ''): Promise<Ended> =>
  home.run(args, { stdin, env: { KEYWARD_API_KEY: secret } });

describe('keys', { timeout: 60_000 }, () => {
  test('keys create takes all properties of a key, and prints the secret once, on stdout alone', async () => {
    const flags =
      '--scope models:use --scope keys:read --model openai/* --deny-model gpt-4 --ip 127.0.0.1 --limit 60/minute ' +
      '--limit burst=4/concurrent --limit 3/running --limit q=9/queued --tag a --tag b --expires-in 30d';
    const args = [
      ...flags.split(' '),
      '--budget',
      'daily=100000 tokens/day',
      '--metadata',
      '{"team":"search"}',
    ];
    const { code, stdout, stderr } = await home.run(['keys', 'create', '--name', "Ada's notebook", ...args]);
    expect(code).toBe(0);
    const { key, secret } = JSON.parse(stdout) as NewKey;
    expect(key).toMatchObject({
      name: "Ada's notebook",
      scopes: ['models:use', 'keys:read'],
      selectors: { models: { allow: ['openai/*'], deny: ['gpt-4'] }, ips: ['127.0.0.1'] },
      limits: [
        { name: 'per_minute', requests: 60, window_seconds: 60 },
        { name: 'burst', concurrent: 4 },
        { name: 'running', max_running: 3 },
        { name: 'q', max_queued: 9 },
      ],
      budgets: [{ name: 'daily', unit: 'tokens', amount: '100000', period: 'day' }],
      tags: ['a', 'b'],
      metadata: { team: 'search' },
    });
    expect(secret).toMatch(/^sk-kw1[0-9A-Za-z]{50}$/);
    expect(stderr).toContain('shown once');
    expect(stderr).not.toContain(secret);
  });

  test('keys create with the same --idempotency-key makes one key', async () => {
    const args = ['keys', 'create', 'once', '--role', 'client', '--idempotency-key', 'a-1'];
    expect((await home.run(args)).code).toBe(0);
    const { code, stderr } = await home.run(args);
    expect([code, stderr]).toEqual([1, expect.stringContaining('idempotent_repeat')]);
  });

  test('keys list, get, update and the state verbs print their results as JSON', async () => {
    const { key, secret } = await create(
      'worn',
      '--role',
      'client',
      '--tag',
      'states',
      '--budget',
      '1usd/day',
    );
    const listed = await home.json<Listing>([
      'keys',
      'list',
      '--tag',
      'states',
      '--state',
      'active',
      '--unused-for',
      '0',
    ]);
    expect(listed.items.map(({ id }) => id)).toEqual([key.id]);
    expect(await home.json(['keys', 'get', key.id])).toMatchObject({ id: key.id });
    expect(await home.json(['keys', 'get', 'self'])).toMatchObject({ key: { name: 'tests' } });
    const updated = [
      'keys',
      'update',
      key.id,
      '--name',
      'new',
      '--clear',
      'budgets',
      '--clear',
      'tags',
      '--limit',
      '5/h',
    ];
    expect(await home.json(updated)).toMatchObject({
      key: { name: 'new', budgets: [], tags: [], limits: [{ requests: 5 }] },
    });
    const shown = await home.run(['keys', 'update', key.id, '--budget', '9usd/month', '-o', 'table']);
    expect(shown.stdout).toMatch(/^budgets +usd_month: 0\.00 of 9 usd\/month$/m);
    for (const [word, state] of [
      ['disable', 'disabled'],
      ['enable', 'active'],
      ['quarantine', 'quarantined'],
      ['revoke', 'revoked'],
      ['restore', 'active'],
    ] as const) {
      const changed = await home.json<NewKey>(['keys', word, key.id, '--reason', 'a test']);
      expect(changed).toMatchObject({ key: { state }, acknowledged: { nodes: 1 } });
    }
    expect((await runAs(secret, ['keys', 'get', 'self'])).code).toBe(0);
    await home.json(['keys', 'revoke', key.id]);
    expect((await runAs(secret, ['keys', 'get', 'self'])).code).toBe(3);
  });

  test('keys rotate makes a second secret, and end-secret ends the first', async () => {
    const { key, secret } = await create('turned', '--role', 'client');
    const rotated = await home.json<NewKey>(['keys', 'rotate', key.id, '--overlap', '2h']);
    expect(rotated.secret).not.toBe(secret);
    expect((await runAs(secret, ['keys', 'get', 'self'])).code).toBe(0);
    const again = await home.run(['keys', 'rotate', key.id]);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('rotation_running')]);
    const old = key.secrets[0]?.id ?? '';
    await home.json(['keys', 'end-secret', key.id, old]);
    expect((await runAs(secret, ['keys', 'get', 'self'])).code).toBe(3);
    expect((await runAs(rotated.secret, ['keys', 'get', 'self'])).code).toBe(0);
  });

  test('keys verify prints the verdict, and ends with its exit code', async () => {
    const { key, secret } = await create('asked', '--scope', 'models:use', '--model', 'gpt-x');
    const good = await home.run(
      ['keys', 'verify', '-', '--scope', 'models:use', '--model', 'gpt-x', '--explain'],
      { stdin: secret },
    );
    expect([good.code, JSON.parse(good.stdout)]).toEqual([
      0,
      expect.objectContaining({ valid: true, key_id: key.id }),
    ]);
    const lastUse = async () =>
      (await home.json<{ last_used_at: string | null }>(['keys', 'get', key.id])).last_used_at;
    expect(await lastUse()).toBeNull();
    expect((await home.run(['keys', 'verify', '-', '--consume'], { stdin: secret })).code).toBe(0);
    expect((await home.run(['keys', 'verify'], { stdin: secret })).code).toBe(0);
    await expect.poll(lastUse).not.toBeNull();
    const { stdout: table } = await home.run(['keys', 'get', key.id, '--output', 'table']);
    const [first] = (await home.json<NewKey['key']>(['keys', 'get', key.id])).secrets;
    expect(table).toMatch(new RegExp(`^secret +hint +created +last used +from +ends\\n${first?.id} +`, 'im'));
    const both = await home.run(['keys', 'verify', '-', '--consume', '--dry-run'], { stdin: secret });
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('either --consume or --dry-run')]);
    const bad = await home.run(['keys', 'verify', '-', '--model', 'other', '--dry-run'], { stdin: secret });
    expect([bad.code, JSON.parse(bad.stdout)]).toEqual([1, expect.objectContaining({ valid: false })]);
    const alien = await home.run(['keys', 'verify', '-'], { stdin: 'key-from-elsewhere-123456' });
    expect([alien.code, JSON.parse(alien.stdout)]).toEqual([
      1,
      expect.objectContaining({ code: 'not_found' }),
    ]);
  });

  test('keys import reads stdin and files; a bad line is reported and ends with 1', async () => {
    const lines = [
      { name: 'old app', role: 'client', secret: 'legacy-4f9c2a7b18d3e650' },
      { name: 'bad', role: 'nobody', secret: 'legacy-4f9c2a7b18d3e651' },
    ].map((line) => JSON.stringify(line));
    const mixed = await home.run(['keys', 'import', '-'], { stdin: lines.join('\n') });
    expect(mixed.code).toBe(1);
    const shown = { imported: 1, existing: 0, refused: 1 };
    expect(JSON.parse(mixed.stdout)).toEqual({ ...shown, outcomes: [expect.objectContaining({ line: 2 })] });
    expect(mixed.stderr).toBe('1 imported, 0 already there, 1 refused.\n');
    const file = join(home.folder, 'keys.ndjson');
    writeFileSync(file, `${lines[0]}\n`);
    expect(await home.json(['keys', 'import', file, '--verbose'])).toMatchObject({
      imported: 0,
      existing: 1,
      refused: 0,
      outcomes: [{ line: 1, outcome: 'exists' }],
    });
    const table = await home.run(['keys', 'import', file, '-o', 'table']);
    expect([table.stdout, table.stderr]).toEqual(['', '0 imported, 1 already there, 0 refused.\n']);
    expect((await runAs('legacy-4f9c2a7b18d3e650', ['keys', 'get', 'self'])).code).toBe(0);
  });

  test('--all reads all pages, and a table says that there is more', async () => {
    const page = await home.json<Listing>(['keys', 'list', '--limit', '2']);
    expect([page.items.length, page.next_cursor]).toEqual([2, expect.any(String)]);
    const all = await home.json<Listing>(['keys', 'list', '--limit', '2', '--all']);
    expect([all.items.length > 4, all.next_cursor]).toEqual([true, null]);
    const table = await home.run(['keys', 'list', '--limit', '2', '-o', 'table']);
    expect(table.stdout).toMatch(/^ID +NAME +OWNER/);
    expect(table.stderr).toContain(`--cursor ${page.next_cursor}`);
  });
});

describe('owners', { timeout: 60_000 }, () => {
  test('an owner is created, listed, changed, suspended, activated and deleted, also by its name', async () => {
    const { id } = await home.json<{ id: string }>(['owners', 'create', 'Ada Lovelace']);
    expect(await home.json(['owners', 'get', 'Ada Lovelace'])).toMatchObject({ id, kind: 'person' });
    const { key, secret } = await create('of ada', '--owner', 'Ada Lovelace', '--role', 'client');
    expect((await home.json<Listing>(['keys', 'list', '--owner', 'Ada Lovelace'])).items).toHaveLength(1);
    expect(await home.json(['owners', 'update', id, '--name', 'Ada', '--kind', 'team'])).toMatchObject({
      owner: { name: 'Ada' },
    });
    await home.json(['owners', 'suspend', 'Ada']);
    const state = async () =>
      await home.json<{ state: string; state_reason: string }>(['keys', 'get', key.id]);
    expect(await state()).toMatchObject({ state: 'disabled', state_reason: 'Its owner is suspended.' });
    expect((await runAs(secret, ['keys', 'get', 'self'])).code).toBe(3);
    await home.json(['owners', 'activate', 'Ada']);
    expect((await runAs(secret, ['keys', 'get', 'self'])).code).toBe(0);
    expect((await home.json<Listing>(['owners', 'list', '--search', 'aDA'])).items).toMatchObject([
      { name: 'Ada' },
    ]);
    expect(await home.json(['owners', 'delete', 'Ada', '--yes'])).toMatchObject({ id, state: 'deleted' });
    expect((await home.run(['owners', 'get', 'Ada'])).code).toBe(5);
    expect(await state()).toMatchObject({ state: 'revoked', state_reason: 'Its owner was deleted.' });
  });
});

describe('upstreams, models, chat and usage', { timeout: 60_000 }, () => {
  const CREDENTIAL = 'credential-of-the-upstream-0123456789';

  test('an upstream is added, tested and changed, and its credential is never shown', async () => {
    const args = ['upstreams', 'add', '--name', 'other', '--base-url', upstream.baseUrl, '--api-key-stdin'];
    const { code, stdout, stderr } = await home.run(args, { stdin: CREDENTIAL });
    expect(code).toBe(0);
    const { id } = JSON.parse(stdout) as { id: string };
    expect(stderr).toContain(`keyward upstreams test ${id}`);
    const table = await home.run(['upstreams', 'update', 'other', '--weight', '1', '-o', 'table']);
    expect(table.stdout).not.toContain('has a price');
    expect(table.stderr.match(/No model of other has a price/g)).toHaveLength(1);
    upstream.answer(json(chatAnswer()));
    expect(await home.json(['upstreams', 'test', 'other'])).toMatchObject({ ok: true });
    expect(upstream.received.at(-1)?.headers.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(
      await home.json(['upstreams', 'update', 'other', '--weight', '3', '--timeout', '90s']),
    ).toMatchObject({
      weight: 3,
      timeout_seconds: 90,
    });
    const shown = await home.run(['upstreams', 'list', '-o', 'yaml']);
    expect(shown.stdout + shown.stderr + stdout + stderr).not.toContain(CREDENTIAL);
    const listed = await home.json<Listing>(['models', 'list']);
    expect(listed.items.map(({ id: name }) => name)).toContain('gpt-test');
  });

  test('chat streams text to a pipe, and prints JSON with --output json', async () => {
    upstream.answer(
      stream([chatEvents({ usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } })]),
    );
    const text = await home.run(['chat', 'Hello', '--max-tokens', '9', '--system', 'Be brief.']);
    expect([text.code, text.stdout]).toEqual([0, expect.stringMatching(/^Grüße 🌍.*\n$/s)]);
    const body = JSON.parse(String(upstream.received.at(-1)?.body)) as Record<string, unknown>;
    expect(body).toMatchObject({
      max_tokens: 9,
      messages: [{ role: 'system' }, { role: 'user', content: 'Hello' }],
    });
    upstream.answer(json(chatAnswer()));
    const whole = await home.json(['chat', '-', '--model', 'gpt-test', '-o', 'json'], {
      stdin: 'From stdin',
    });
    expect(whole).toMatchObject({ model: 'gpt-test', finish_reason: 'stop', usage: { total_tokens: 18 } });
    expect(JSON.parse(String(upstream.received.at(-1)?.body))).toEqual({
      model: 'gpt-test',
      messages: [{ role: 'user', content: 'From stdin' }],
      stream: false,
    });
    const nobody = await home.run(['chat', 'Hello', '--model', 'no-such']);
    expect([nobody.code, nobody.stdout]).toEqual([5, '']);
  });

  test('chat without --model costs one request, and the upstream gets its own name of a model', async () => {
    upstream.answer(stream([chatEvents()]));
    const { secret } = await create('one question', '--scope', 'models:use', '--budget', '1requests/day');
    const first = await runAs(secret, ['chat', 'Hello']);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(JSON.parse(String(upstream.received.at(-1)?.body))).toMatchObject({ model: 'gpt-test' });
    const second = await runAs(secret, ['chat', 'Hello']);
    expect([second.code, second.stderr]).toEqual([6, expect.stringContaining('budget_exceeded')]);
    const narrow = await create('no model', '--scope', 'models:use', '--model', 'other-*');
    const none = await runAs(narrow.secret, ['chat', 'Hello']);
    expect([none.code, none.stderr]).toEqual([5, expect.stringContaining('no model to chat with')]);
  });

  test('an answer that breaks off ends with a failure after the received text', async () => {
    upstream.answer(stream([chatEvents().subarray(0, 300)], { end: 'reset' }));
    const { code, stderr } = await home.run(['chat', 'Hello']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('keyward: ')]);
  });

  test('chat on a terminal without a prompt is a conversation', async () => {
    upstream.answer(stream([chatEvents()]));
    const { code, stdout } = await home.runOnTerminal('chat', [
      { at: '> ', text: 'Hello\r' },
      { at: '> ', text: '\r' },
    ]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Grüße 🌍')]);
  });

  test('usage sums all keys, and keys usage one key', async () => {
    const self = await home.json<NewKey>(['keys', 'get', 'self']);
    await expect
      .poll(
        async () =>
          JSON.stringify(
            await home.json(['usage', '--from', '1d', '--step', 'total', '--group-by', 'model']),
          ),
        { timeout: 5_000 },
      )
      .toContain('gpt-test');
    expect(await home.json(['keys', 'usage', self.key.id, '--step', 'day'])).toMatchObject({
      items: [expect.anything()],
    });
    const table = await home.run(['usage', '-o', 'table']);
    expect(table.stdout).toMatch(/^START +REQUESTS/);
    const named = await home.run(['usage', '-o', 'table', '--group-by', 'owner,key,model']);
    expect(named.stdout).toMatch(/^START +OWNER +OWNER NAME +KEY +KEY NAME +MODEL +REQUESTS/);
    expect(named.stdout).toMatch(new RegExp(` own_\\w{12} +admin +${self.key.id} +tests +`));
  });

  test('an upstream that was removed no longer exists', async () => {
    expect(await home.json(['upstreams', 'remove', 'other', '--yes'])).toMatchObject({ removed: true });
    expect((await home.run(['upstreams', 'get', 'other'])).code).toBe(5);
  });
});

describe('what the server refuses', { timeout: 60_000 }, () => {
  test('a refusal of the server has its exit code, and names the key, scope or object', async () => {
    const { secret } = await create('narrow', '--scope', 'models:use', '--limit', '1/1h');
    const forbidden = await runAs(secret, ['keys', 'list']);
    expect([forbidden.code, forbidden.stderr]).toEqual([
      4,
      expect.stringMatching(/insufficient_scope.*keys:read/s),
    ]);
    expect((await runAs(secret, ['models', 'list'])).code).toBe(0);
    const limited = await runAs(secret, ['models', 'list']);
    expect([limited.code, limited.stderr]).toEqual([
      6,
      expect.stringMatching(
        /^keyward: [^\n]* is reached\. Try again in 60 min\. [^\n]*rate_limited[^\n]*\n$/,
      ),
    ]);
    const unknown = await home.run(['keys', 'list'], {
      env: { KEYWARD_API_KEY: 'wrong-key-0123456789abcdef' },
    });
    expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining('invalid_key')]);
    const none = await home.run(['keys', 'list'], { env: { KEYWARD_API_KEY: '' } });
    expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('keyward auth login')]);
    const missing = await home.run(['keys', 'get', 'key_000000000000']);
    expect([missing.code, missing.stderr]).toEqual([5, expect.stringContaining('not_found')]);
    const invalid = await home.run(['keys', 'create', 'x', '--scope', 'keys:fly']);
    expect([invalid.code, invalid.stderr]).toEqual([
      2,
      expect.stringMatching(/^keyward: --scope: is not known; did you mean keys:\S+( or keys:\S+)*\?/),
    ]);
    const away = await home.run(['keys', 'list'], { env: { KEYWARD_URL: 'http://127.0.0.1:9' } });
    expect(away.code).toBe(7);
    for (const { stdout } of [forbidden, limited, unknown, none, missing, invalid, away])
      expect(stdout).toBe('');
  });

  test('client submit takes a time in seconds, or with a unit', async () => {
    for (const ttl of ['7200', '2h']) {
      const args = ['client', 'submit', '--prompt', 'x', '--ttl', ttl];
      const job = await home.json<{ requested_at: string; expires_at: string }>(args);
      expect(Date.parse(job.expires_at) - Date.parse(job.requested_at)).toBe(7_200_000);
    }
  });

  test('a missing endpoint names the version of the server and what it has', async () => {
    const { code, stderr } = await home.run(['keys', 'list', '--url', `${server.url}/v0`]);
    expect(code).toBe(5);
    expect(stderr).toMatch(/no endpoint \/v0\/v1\/keys.*It is Keyward \d+\.\d+\.\d+.*\/v1\/owners/s);
  });
});

test('no command of these tests wrote a secret to stderr', () => {
  expect(home.said).not.toMatch(/sk-kw1[0-9A-Za-z]{20}|credential-of-the-upstream|legacy-4f9c/);
});
