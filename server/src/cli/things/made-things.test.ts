import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Home } from '../cli.fixture.ts';
import { PASSWORD, startWithUsers } from './users.fixture.ts';
import { leavesOf } from '../command.ts';
import { root } from '../root.ts';

/*
 * What a command has made or changed is shown on a terminal: what was given comes back, with the next step. `--output table` is
 * what a terminal gets.
 */

let server: Awaited<ReturnType<typeof startWithUsers>>;
let home: Home;
/** The UUID of one that is there. */
let widget: string;

beforeAll(async () => {
  server = await startWithUsers();
  ({ home } = server);
  await home.json(['workspaces', 'create', 'Staff']);
  ({ uuid: widget } = await home.json<{ uuid: string }>(['widgets', 'create', 'staff']));
  await home.json(['owners', 'create', 'Grace']);
  await home.json(['keys', 'create', 'turned', '--scope', 'models:use', '--limit', '7/minute']);
  await home.json(['keys', 'create', 'changed', '--scope', 'models:use']);
  await home.json(['upstreams', 'add', 'old', 'http://127.0.0.1:9/v1', '--model', 'm1']);
  await home.json(['users', 'create', 'bob', '--password-stdin'], { stdin: PASSWORD });
}, 60_000);
afterAll(() => server.stop());

interface Case {
  command: string;
  /** Its arguments. */
  given: string[];
  stdin?: string;
  /** Lines of the result. */
  shows: RegExp[];
  /** Said after it, where there is a next step. */
  next?: RegExp;
}

const BOUNDS = ['--limit', '60/minute', '--budget', '10usd/month'];
const BOUND_LINES = [
  /^ *limits +per_minute: 60\/minute$/m,
  /^ *budgets +usd_month: 0\.00 of 10 usd\/month$/m,
];

const CASES: Case[] = [
  {
    command: 'keys create',
    given: [
      'ada',
      '--scope',
      'models:use',
      '--model',
      'gpt-*',
      '--expires-in',
      '30d',
      '--tag',
      'x',
      ...BOUNDS,
    ],
    shows: [
      /^sk-kw1[0-9A-Za-z]{50}$/m,
      /^name +ada$/m,
      /^scopes +models:use$/m,
      /^ *models +allow gpt-\*$/m,
      ...BOUND_LINES,
      /^expires_at +\d{4}-\d\d-\d\d \d\d:\d\d$/m,
      /^tags +x$/m,
      /^secret +hint +created +last used/im,
    ],
    next: /Store the secret now.*\n.*keyward keys usage key_\w{12} .*keyward keys revoke key_\w{12}$/m,
  },
  {
    command: 'keys rotate',
    given: ['turned', '--overlap', '2h'],
    shows: [
      /^sk-kw1[0-9A-Za-z]{50}$/m,
      /^limits +per_minute: 7\/minute$/m,
      /^(sec_\w{12} .*\n){1}sec_\w{12} /m,
    ],
    next: /Store the secret now.*\n.*keyward keys end-secret key_\w{12}$/m,
  },
  { command: 'keys update', given: ['changed', ...BOUNDS], shows: BOUND_LINES },
  {
    command: 'owners create',
    given: ['Ada', '--kind', 'team', ...BOUNDS],
    shows: [/^name +Ada$/m, /^kind +team$/m, ...BOUND_LINES],
    next: /keyward keys create NAME --role client --owner own_\w{12}$/m,
  },
  { command: 'owners update', given: ['Grace', ...BOUNDS], shows: BOUND_LINES },
  {
    command: 'upstreams add',
    given: ['new', 'http://127.0.0.1:9/v1', '--model', 'm2', '--weight', '3', '--timeout', '5m'],
    shows: [
      /^name +new$/m,
      /^base_url +http:\/\/127\.0\.0\.1:9\/v1$/m,
      /^models +m2$/m,
      /^weight +3$/m,
      /300/,
    ],
    next: /keyward upstreams test up_\w{12}$/m,
  },
  { command: 'upstreams update', given: ['old', '--weight', '0'], shows: [/^weight +0$/m, /^models +m1$/m] },
  {
    command: 'workspaces create',
    given: ['House rules', '--mode', 'query', '--prompt', 'Be brief.'],
    shows: [/^slug +house-rules$/m, /^chatMode +query$/m, /^openAiPrompt +Be brief\.$/m],
    next: /keyward documents add FOLDER --workspace house-rules$/m,
  },
  {
    command: 'workspaces update',
    given: ['staff', '--passages', '6', '--threshold', '0.5'],
    shows: [/^slug +staff$/m, /^topN +6$/m, /^similarityThreshold +0\.5$/m],
  },
  {
    command: 'users create',
    given: ['ada', '--role', 'manager', '--password-stdin'],
    stdin: PASSWORD,
    shows: [/^username +ada$/m, /^role +manager$/m],
    next: /logs in/,
  },
  { command: 'users update', given: ['bob', '--daily-messages', '5'], shows: [/^dailyMessageLimit +5$/m] },
  {
    command: 'invites create',
    given: ['--workspace', 'staff'],
    shows: [/^status +pending$/m, /^workspaces +staff$/m],
    next: /Hand the code over now.*\/invite\/CODE/,
  },
  {
    command: 'widgets create',
    given: ['staff', '--site', 'https://example.org', '--chats-per-day', '20'],
    shows: [
      /^uuid +[0-9a-f-]{36}$/m,
      /^allowlist_domains +https:\/\/example\.org$/m,
      /^max_chats_per_day +20$/m,
    ],
    next: /docs\/workspaces\.md/,
  },
  {
    command: 'widgets update',
    given: ['WIDGET', '--site', 'https://example.com', '--chats-per-session', '7'],
    shows: [/^allowlist_domains +https:\/\/example\.com$/m, /^max_chats_per_session +7$/m],
  },
  {
    command: 'agent create',
    given: ['test', '--prompt', 'Say {{inputs.word}}', '--model', 'm1'],
    shows: [/^name +test$/m, /Say \{\{inputs\.word\}\}/, /\bm1\b/],
    next: /keyward agent execute wfl_\w{12}$/m,
  },
  { command: 'settings update', given: ['LLMTokenLimit=8000'], shows: [/^LLMTokenLimit +8000$/m] },
  {
    command: 'miner enroll',
    given: ['--name', 'gpu-1'],
    shows: [/join_\w+/],
    next: /keyward miner join TOKEN --url URL/,
  },
];

/** Commands of these names that make or change nothing at the server, and those with tests of their own beside their nouns. */
const ELSEWHERE = [
  'documents add', // workspaces.test.ts
  'miner register', // miner/miner.test.ts
  'marketplace gpu register', // marketplace.test.ts
];

test('Every command that makes or changes a thing is tried here', () => {
  const names = leavesOf(root).map(({ words }) => words.join(' '));
  const making = names.filter(
    (name) => / (create|add|update|rotate|register|enroll)$/.test(name) && !name.startsWith('bootstrap '),
  );
  expect([...CASES.map(({ command }) => command), ...ELSEWHERE].toSorted()).toEqual(making.toSorted());
});

test.for(CASES)(
  '$command shows what it made on a terminal, and the next step',
  { timeout: 60_000 },
  async ({ command, given, stdin = '', shows, next }) => {
    const words = given.map((word) => (word === 'WIDGET' ? widget : word));
    const { code, stdout, stderr } = await home.run([...command.split(' '), ...words, '-o', 'table'], {
      stdin,
    });
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    for (const line of shows) expect(stdout).toMatch(line);
    expect(stderr).toMatch(next ?? /(?:)/);
    expect(stderr).not.toMatch(/sk-kw1[0-9A-Za-z]{20}|canary/);
  },
);
