import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { importsOf, isTest, violationsOf } from '../test/architecture.ts';

const LINES_MAX = 300;
const FOLDER_FILES_MAX = 25;
const PRODUCT = 'server/src/';
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What is committed or staged, as it is now: someone else's half-written file fails nobody. */
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(root + path))
  .map((path) => ({ path, source: readFileSync(root + path, 'utf8') }))
  .filter(({ source }) => !source.includes('\0'));

const code = tracked.filter(({ path }) => /\.(ts|tsx|js|mjs)$/.test(path) && !path.includes('/generated/'));
const product = code.filter(({ path }) => path.startsWith(PRODUCT) && !isTest(path));

/** Lines of the repository that match, as `path:line text`. */
function linesMatching(pattern: RegExp, files: typeof tracked): string[] {
  return files.flatMap(({ path, source }) =>
    source
      .split('\n')
      .map((line, i) => ({ line, place: `${path}:${i + 1}` }))
      .filter(({ line }) => pattern.test(line))
      .map(({ line, place }) => `${place} ${line.trim()}`),
  );
}

describe('the architecture', () => {
  // Such a pattern is tried anew at each sign of a long row. `withoutTrailing` is not.
  const REPEATED_AT_END = /[(=,]\s*\/(\\.|\[[^\]]*\]|[^\\[/(])[+*]\$\//;

  test('no pattern looks for a repeated sign at the end of a text', () => {
    expect(linesMatching(REPEATED_AT_END, product)).toEqual([]);
    for (const pattern of [String.raw`/\/+$/`, '/[,;]+$/u', '/ *$/'])
      expect(`text.replace(${pattern}, '')`).toMatch(REPEATED_AT_END);
    expect('text.replace(/^ +$/, "")').not.toMatch(REPEATED_AT_END);
  });

  test('modules import to the left and by the door; config alone reads the environment; http alone knows the router', () => {
    expect(product.flatMap(({ path, source }) => violationsOf(path.slice(PRODUCT.length), source))).toEqual(
      [],
    );
  });

  test.for([
    ['keys/keys.ts', `import { x } from '../http/index.ts';`],
    ['keys/keys.ts', `import type { X } from '../app.ts';`],
    ['keys/keys.ts', `export * from '../storage/sqlite.ts';`],
    ['keys/keys.ts', `const x = await import('../cli/x.ts');`],
    ['keys/deep/keys.ts', `import { x } from '../../access/caller.ts';`],
    ['keys/keys.ts', `import {\n  x,\n} from '../../test/databases.ts';`],
    ['keys/keys.ts', `import '../helpers/index.ts';`],
    ['helpers/x.ts', ''],
    ['models/x.ts', `import findMyWay from 'find-my-way';`],
    ['http/x.ts', `import { apiSurface } from '../api/index.ts';`],
    ['api/x.ts', `import { route } from '../developer/index.ts';`],
    ['models/x.ts', `const home = process.env['HOME'];`],
  ])('this test would see it: %s with %s', ([path = '', source = '']) => {
    expect(violationsOf(path, source)).not.toEqual([]);
  });

  test('this test reads what there is, and lets pass what is right', () => {
    expect(product.flatMap(({ source }) => importsOf(source)).length).toBeGreaterThan(100);
    const right = `import { a } from '../base/ids.ts'; import b from '../storage/index.ts'; import c from '../config.ts'; import d from './d.ts';`;
    expect(violationsOf('keys/keys.ts', right)).toEqual([]);
    expect(violationsOf('http/x.ts', `import findMyWay from 'find-my-way';`)).toEqual([]);
  });
});

/**
 * What is written under nobody's permit, so that it is kept also where the request that happens to be carried out was
 * ended: the server's own books, and work that a request only set going. Nothing that a caller asked for.
 */
const WITHOUT_PERMIT: Record<string, string> = {
  'storage/permit.ts': 'has it',
  'storage/together.ts': 'asks the permit of each of several callers',
  'storage/index.ts': 'has it',
  'nodes/nodes.ts': 'leases, and answers to other nodes',
  'nodes/taken-away.ts': 'what a change ends is ended also where the request that made it has gone',
  'audit/module.ts': 'refusals, checkpoints',
  'usage/module.ts': 'budgets, counters',
  'keys/verify/last-used.ts': 'when and from where a secret was used',
  'keys/verify/verifier.ts': 'secrets that move to the current pepper',
  'identity/login/authentication.ts': 'when a session was used',
  'identity/login/throttle.ts': 'attempts to log in',
  'retrieval/embedding/reembedding.ts': 'documents that are embedded anew for all',
  'retrieval/pgvector/pgvector-backfill.ts': 'vectors that were made without the extension',
  'retrieval/pgvector/pgvector.ts': 'tables for vectors of a length',
  'jobs/sweeper.ts': 'leases and times of jobs',
  'jobs/webhooks/webhooks.ts': 'reports of jobs that are over',
  'jobs/webhooks/waiting-work.ts': 'reports of work that waits without a worker',
  'jobs/presence/presence.ts': 'that this server is there',
  'jobs/history/history.ts': 'the highest counts of each hour',
  'agents/executions/runner.ts': 'executions, which go on after the request that began them',
  'jobs/remote/worker-call.ts': 'cancels the job of a caller who has left, and deletes its texts',
  'batches/files/upload.ts': 'deletes what is stored of a file whose request was ended',
  'batches/running/keeper.ts': 'deletes files and batches of owners that were deleted',
  'batches/running/runner.ts': 'lines of batches, each under a permit of its own',
  'retrieval/pending/worker.ts': 'documents that are embedded later, each under a permit of its key',
  'retrieval/pending/request-hold.ts': 'takes back what an ended request did not embed, and renews its lease',
  'retrieval/embedding/embed-document.ts': 'removes what a failed embedding has left',
};

describe('the graph of modules', () => {
  /** A method that a module to the right would have to call before this one means what it says. */
  const SETTER = /^ {2}(on[A-Z]\w*|\w+(By|With))\(\w+: (\([^)]*\) => |\w*(Hook|Listener)\b)/;
  /** Those who listen to the nodes and to the local model do so in their own constructors. */
  const LISTENERS = [
    'nodes/applied-changes.ts',
    'nodes/nodes.ts',
    'nodes/questions.ts',
    'models/local/local-model.ts',
  ];

  test('app.ts gives constructors what they need, and calls nothing on what it has built but start, stop and listen', () => {
    const app = product.filter(({ path }) => path === `${PRODUCT}app.ts`);
    expect(app).toHaveLength(1);
    const calls = linesMatching(/^\s+(await )?[a-z]\w*(\.\w+)*\.\w+\(/, app);
    expect(calls.filter((line) => !/\.(start|stop|close|listen|info)\(/.test(line))).toEqual([]);
  });

  test('asks for a scope of a caller through holdsScope alone, which records that it is used', () => {
    const asking = linesMatching(/\bscopes\.has\(/, product).map((line) => line.split(':')[0]);
    expect(asking).toEqual(['server/src/access/caller.ts', 'server/src/access/scope-uses.ts']);
  });

  test('no module has a setter for what belongs into its constructor', () => {
    const others = product.filter(({ path }) => !LISTENERS.includes(path.slice(PRODUCT.length)));
    expect(linesMatching(SETTER, others)).toEqual([]);
  });

  test.for([
    '  onRemove(remove: (tx: Db, ids: readonly string[]) => Promise<void>): void {',
    '  coverageBy(coverage: (db: Db, caller: Caller) => Promise<number[]>): void {',
    '  onJoin(hook: JoinHook): void;',
  ])('this test would see it: %s', (source) => {
    expect(linesMatching(SETTER, [{ path: 'server/src/x/x.ts', source }])).toHaveLength(1);
  });
});

describe('what is written for a request', () => {
  test('is written under its permit, but for what is named here with its reason', () => {
    const without = product
      .filter(({ source }) => /\b(booksOf|withoutPermit)\b/.test(source))
      .map(({ path }) => path.slice(PRODUCT.length));
    expect(without.toSorted()).toEqual(Object.keys(WITHOUT_PERMIT).toSorted());
  });

  test('has a permit on every route but those that are asked most, which write nothing', () => {
    const without = product.filter(({ source }) => /\bneedsNoPermit: true\b/.test(source));
    expect(without.map(({ path }) => path.slice(PRODUCT.length)).toSorted()).toEqual([
      'api/keys/verify.ts',
      'developer/system/auth.ts',
      // Its one effect, the request to a model, gets the permit from it.
      'openai/routes.ts',
    ]);
  });

  test('goes through a transaction of the storage, which alone asks the permit', () => {
    const asks = product.filter(({ source }) => /\bcurrentPermit\(\)/.test(source));
    expect(asks.map(({ path }) => path.slice(PRODUCT.length)).toSorted()).toEqual([
      'documents/fetching/page-fetcher.ts',
      'models/models.ts',
      'models/upstreams/probe.ts',
      'nodes/nodes.ts',
      'nodes/run.ts',
      'retrieval/embedding/embedder.ts',
      'storage/postgres/postgres.ts',
      'storage/sqlite.ts',
      'storage/together.ts',
    ]);
    const begins = product.filter(({ source }) =>
      /BEGIN IMMEDIATE|\.transaction\(\)\s*\.execute/.test(source),
    );
    expect(begins.map(({ path }) => path.slice(PRODUCT.length)).toSorted()).toEqual([
      'storage/postgres/postgres.ts',
      'storage/sqlite.ts',
    ]);
  });
});

describe('the way to a model', () => {
  /** `Models.forward` under any notation, and what lies behind it. */
  const WAYS = /\bforward(To)?\b(?!\.ts)|\bnew (Attempt|Call)\(|\bcollect\((this\.#)?dispatcher/;
  const OPEN_TO = [
    'models/account/paid.ts',
    'models/models.ts',
    'models/forward.ts',
    'models/attempt.ts',
    'models/call.ts',
    // An upstream's own list of models, and the test of an upstream, which is its operator's.
    'models/answer/collect.ts',
    'models/upstreams/model-list.ts',
    'models/upstreams/probe.ts',
    // Counts tokens, which costs nothing.
    'models/local/local-tokens.ts',
  ];
  const others = product.filter(({ path }) => !OPEN_TO.includes(path.slice(PRODUCT.length)));

  test('nobody but paid() asks a model: each request is on an account, reserved before and settled once', () => {
    const withoutComments = others.map((file) => ({
      ...file,
      source: file.source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''),
    }));
    expect(linesMatching(WAYS, withoutComments)).toEqual([]);
  });

  test.for([
    'await models.forward(request)',
    "models['forward'](request)",
    'const { forward } = models;',
    'forwardTo(context, routes, exchange)',
    'new Attempt(options)',
    'new Call(dispatcher, options)',
    'await collect(dispatcher, target, options)',
  ])('this test would see it: %s', (source) => {
    expect(linesMatching(WAYS, [{ path: 'server/src/chat/x.ts', source }])).toHaveLength(1);
  });
});

/** Functions of some files that are longer than the linter lets them be; by that rule of its own alone, which is quick. */
function longFunctions(files: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-long-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { rules } = JSON.parse(readFileSync(`${root}.oxlintrc.json`, 'utf8')) as {
    rules: Record<string, unknown>;
  };
  const rule = 'max-lines-per-function';
  const config = join(folder, 'rule.json');
  writeFileSync(
    config,
    JSON.stringify({ plugins: [], categories: { correctness: 'off' }, rules: { [rule]: rules[rule] } }),
  );
  const made = join(folder, 'long.ts');
  const body = Array.from({ length: 71 }, (_, i) => `  console.log(${i});`).join('\n');
  writeFileSync(made, `export function long(): void {\n${body}\n}\n`);
  const linter = `${root}node_modules/.bin/oxlint`;
  const { stdout } = spawnSync(linter, ['--format', 'json', '-c', config, made, ...files], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  return diagnostics
    .filter(({ code }) => code.includes(rule))
    .map(({ filename }) => posix.basename(filename));
}

describe('the repository', () => {
  /** Tests, what only they import, and what is generated aside. */
  const sources = code.filter(({ path }) => !isTest(path));

  test(`has no source file longer than ${LINES_MAX} lines`, () => {
    const long = sources.filter(({ source }) => source.split('\n').length - 1 > LINES_MAX);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test(`has no folder with more than ${FOLDER_FILES_MAX} source files`, () => {
    const byFolder = Map.groupBy(sources, ({ path }) => posix.dirname(path));
    const full = [...byFolder].filter(([, files]) => files.length > FOLDER_FILES_MAX);
    expect(full.map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([]);
  });

  test('has no function that does not fit on a screen', () => {
    // The one that is made for the question is found.
    expect(longFunctions(sources.map(({ path }) => path))).toEqual(['long.ts']);
  });

  test('mocks no module, and runs all of its tests', () => {
    const tests = code.filter(({ path }) => /\.test\.tsx?$/.test(path));
    expect(linesMatching(/\b(vi|jest)\.(do)?mock\(|\.(only|skip|todo)\(/i, tests)).toEqual([]);
  });

  test('leaves no note of work to be done', () => {
    expect(linesMatching(/\b(TO[D]O|FIX[M]E|XX[X])\b/, tracked)).toEqual([]);
  });

  test('names no folder of the machine that it was written on', () => {
    expect(linesMatching(/(^|[\s"'`(=:])\/(work|root)\//, tracked)).toEqual([]);
  });

  test('installs from whatever registry is configured', () => {
    const lock = tracked.filter(({ path }) => path === 'package-lock.json');
    expect(lock).toHaveLength(1);
    expect(linesMatching(/"resolved": "http/, lock)).toEqual([]);
  });
});

test('each test that SECURITY.md names is there', () => {
  const text = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  const named = [...text.matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(40);
  const isThere = (path: string): boolean => existsSync(new URL(`../../${path}`, import.meta.url));
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});

test('each test with a half that takes long is run by make test-slow', () => {
  const makefile = readFileSync(new URL('../../Makefile', import.meta.url), 'utf8');
  const [, filters = ''] = /vitest run (slow [^#]*?)\n\n/.exec(makefile) ?? [];
  const named = filters.split(/[\s\\]+/);
  const halved = code.filter(({ path, source }) => isTest(path) && /\bdescribeOnBothWhenSlow\(/.test(source));
  const tests = halved.filter(
    ({ path }) => path.endsWith('.test.ts') && !path.endsWith('architecture.test.ts'),
  );
  expect(tests.length).toBeGreaterThan(10);
  expect(tests.map(({ path }) => path).filter((path) => !named.some((name) => path.includes(name)))).toEqual(
    [],
  );
});
