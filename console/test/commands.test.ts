import { OPERATIONS } from '@keyward/sdk/operations';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../../server/src/cli/command.ts';
import { Home } from '../../server/src/cli/cli.fixture.ts';
import { root } from '../../server/src/cli/root.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { createCommand, updateCommand } from '../src/keys/holdings/command.ts';
import { changeBody, draftOf, EMPTY_DRAFT, mintBody, type Draft } from '../src/keys/holdings/draft.ts';
import * as owners from '../src/owners/owner-draft.ts';
import * as upstreams from '../src/upstreams/upstream-draft.ts';

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));
const files = globSync('**/*.{ts,tsx}', { cwd: SOURCES }).map((name): [string, string] => [
  name,
  readFileSync(SOURCES + name, 'utf8'),
]);

/** The text between the bracket at `start` and the one that closes it. */
function insideBrackets(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '[') depth++;
    if (text[at] === ']' && --depth === 0) return text.slice(start + 1, at);
  }
  throw new Error('a bracket that nothing closes');
}

interface Shown {
  file: string;
  /** Undefined: it does not stand there as a word. */
  operation: keyof typeof OPERATIONS | undefined;
  words: string[];
  flags: string[];
}

/** The commands that forms show, as far as they stand in their sources. */
const shown = files.flatMap(([file, text]) =>
  [...text.matchAll(/\bcli(?:=\{|: )\[/g)].map(({ index, 0: found }): Shown => {
    const inside = insideBrackets(text, index + found.length - 1);
    const operation = [...text.slice(0, index).matchAll(/operation(?:=|: )["']([\w.]+)["']/g)].at(-1)?.[1];
    return {
      file,
      operation: operation as keyof typeof OPERATIONS | undefined,
      words: [...(/^\s*('[\w-]+',?\s*)+/.exec(inside)?.[0] ?? '').matchAll(/'([\w-]+)'/g)].map(
        ([, word = '']) => word,
      ),
      flags: [...inside.matchAll(/'--([\w-]+)'/g)].map(([, flag = '']) => flag),
    };
  }),
);

/** As deep as there are commands; further words are arguments. */
const find = ([word = '', ...rest]: string[], from: Command = root): Command | undefined => {
  const command = from.commands?.[word];
  return command?.commands === undefined ? command : find(rest, command);
};

describe('commands that forms show', () => {
  const whole = shown.filter(({ words }) => words.length > 1);

  test.for(whole.map((one): [string, Shown] => [`${one.file}: keyward ${one.words.join(' ')}`, one]))(
    '%s exists, has its flags, and calls the route of the form',
    async ([, { operation, words, flags }]) => {
      const command = find(words);
      const { args = {} } = (await command?.load?.()) ?? {};
      expect(flags.filter((flag) => !Object.hasOwn(args, flag))).toEqual([]);
      expect(command).toBeDefined();
      // Some forms choose the route, some commands have none of their own.
      if (operation === undefined || command?.routes === undefined) return;
      const { method, path } = OPERATIONS[operation];
      expect(command.routes).toContainEqual(expect.objectContaining({ method, path }));
    },
  );

  test('are found in the sources by this test', () => {
    expect(whole.length).toBeGreaterThan(15);
  });
});

/** Forms without a command, and why. */
const WITHOUT_COMMAND: Record<string, string> = {
  'widgets/preview.tsx': 'It asks as a page of another site does: a command without that site is refused.',
};

test('every form shows its command, or gives the row for it to the component around it', () => {
  const pages = files.filter(([name]) => name.endsWith('.tsx'));
  const forms = pages.flatMap(([name, text]) =>
    text
      .split(/^(?=export |const |function |async function )/m)
      .filter((declaration) => /<form\b|component="form"/.test(declaration))
      .map((declaration) => ({ name, isShown: /<CopyAs\b|<CopyChange\b|\{children\}/.test(declaration) })),
  );
  expect(forms.length).toBeGreaterThan(20);
  const without = forms.filter(({ name, isShown }) => !isShown && WITHOUT_COMMAND[name] === undefined);
  expect(without.map(({ name }) => name)).toEqual([]);
});

describeOnServer('sqlite', 'commands that forms show', (start) => {
  let server: TestServer;
  let home: Home;
  beforeAll(async () => {
    server = await start();
    home = new Home({ KEYWARD_URL: server.url, KEYWARD_API_KEY: server.adminKey });
    return () => home.remove();
  });
  const run = <T extends object>(command: string[]): Promise<T> => home.json<T>(command);
  const post = async <T>(path: string, body: object): Promise<T> => {
    const { status, body: made } = await server.request<T>('POST', path, { body });
    expect(status).toBe(201);
    return made;
  };

  test('the command for a new owner, and those for its changes, do what the form does', async () => {
    type Owner = Parameters<typeof owners.draftOf>[0];
    const draft: owners.OwnerDraft = {
      name: "Ada's team",
      kind: 'team',
      limits: [{ name: 'per_minute', requests: 60, window_seconds: 60 }],
      budgets: [{ name: 'usd_month', unit: 'usd', amount: '2.50', period: 'month' }],
    };
    const made = await post<Owner>('/v1/owners', { ...draft, name: 'other' });
    const { id, ...same } = await run<Owner>(owners.createCommand(draft));
    expect({ ...owners.draftOf({ id, ...same }), name: 'other' }).toEqual(owners.draftOf(made));
    const after: owners.OwnerDraft = { name: '--help', kind: 'person', limits: [], budgets: draft.budgets };
    const { owner } = await run<{ owner: Owner }>(owners.updateCommand(id, owners.changeOf(draft, after)));
    expect(owners.draftOf(owner)).toEqual(after);
  });

  test('the command for a new upstream, and those for its changes, do what the form does', async () => {
    type Upstream = NonNullable<Parameters<typeof upstreams.fieldsOf>[0]>;
    const fields: upstreams.UpstreamFields = {
      ...upstreams.fieldsOf(),
      name: 'hosted',
      base_url: 'http://127.0.0.1:9/v1',
      models: ['gpt-4o', { name: 'chat', upstream_name: 'meta/llama', max_output_tokens: 100 }],
      weight: 3,
      prices: [{ model: 'gpt-*', price: { input_usd_per_million_tokens: '2.50' } }],
      unpriced: 'allow',
      enabled: false,
    };
    const made = await post<Upstream>('/v1/upstreams', { ...upstreams.draftOf(fields), name: 'other' });
    const added = await run<Upstream>(upstreams.addCommand(fields));
    expect({ ...upstreams.fieldsOf(added), name: 'other' }).toEqual(upstreams.fieldsOf(made));
    const after = { ...fields, name: 'renamed', models: [], prices: [], timeout_seconds: 90, enabled: true };
    const change = upstreams.changeOf(fields, after);
    const changed = await run<Upstream>(upstreams.updateCommand(added.id, change, false));
    expect(upstreams.fieldsOf(changed)).toEqual(after);
  });

  test('the command for a new key, and those for its changes, keep its metadata and clear it', async () => {
    type Key = Parameters<typeof draftOf>[0];
    const metadata = [
      { name: 'team', text: "the 'best'" },
      { name: 'floor', text: '5' },
    ];
    const draft: Draft = { ...EMPTY_DRAFT, name: '-noted', scopes: ['models:use'], metadata };
    const { key: made } = await post<{ key: Key }>('/v1/keys', mintBody(draft));
    expect(made.metadata).toEqual({ team: "the 'best'", floor: 5 });
    const { key } = await run<{ key: Key }>(createCommand(draft));
    expect(draftOf(key)).toEqual(draftOf(made));
    const before = draftOf(key);
    const after: Draft = { ...before, tags: ['-a'], metadata: [{ name: 'floor', text: '"5"' }] };
    await run(updateCommand(key.id, before, after));
    expect(await run(['keys', 'get', key.id])).toMatchObject({ metadata: { floor: '5' }, tags: ['-a'] });
    expect(changeBody(after, { ...after, metadata: [] })).toEqual({ metadata: {} });
    await run(updateCommand(key.id, after, { ...after, metadata: [] }));
    expect(await run(['keys', 'get', key.id])).toMatchObject({ metadata: {}, tags: ['-a'] });
  });
});
