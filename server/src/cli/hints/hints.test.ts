import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { durationText } from '../../base/duration-text.ts';
import { root } from '../root.ts';
import { withCommands } from './commands.ts';
import { faultText, withFlags } from './flags.ts';
import { onlyNew } from './sentences.ts';

const SOURCES = fileURLToPath(new URL('../../', import.meta.url));
/** The protocol of workers, files of the OpenAI API, and pages of a program: the command line has no command for them. */
const WITHOUT_COMMAND = new Set([
  'POST /v1/workers/{job_id}/fail',
  'GET /v1/files',
  'DELETE /v1/files/{id}',
  'POST /v1/messages',
  'POST /v1/messages/count_tokens',
  'POST /v1/responses',
]);

/** The routes in the hints of errors. */
function hintedRoutes(): string[] {
  const files = globSync('**/*.ts', { cwd: SOURCES }).filter(
    (file) => !/^cli|test|fixture|openapi/.test(file),
  );
  const routes = files.flatMap((file) => {
    const text = readFileSync(SOURCES + file, 'utf8');
    const hints = [
      ...text.matchAll(/hint(?:: | =|,)[^;]{0,400}|new KeywardError\([^;]{0,600}|absent\([^;]{0,300}/g),
    ];
    return hints.flatMap(([hint]) => hint.match(/\b(GET|POST|PUT|PATCH|DELETE) \/v1\/[\w/{}]*[\w}]/g) ?? []);
  });
  return [...new Set(routes)];
}

describe('a hint of the server', () => {
  test('Every hint that names a route names the command of the route here', async () => {
    // Sessions are for browsers.
    const routes = hintedRoutes().filter(
      (route) => !WITHOUT_COMMAND.has(route) && !/ \/v1\/sessions?(\/|$)/.test(route),
    );
    expect(routes.length).toBeGreaterThan(15);
    const said = await Promise.all(routes.map((route) => withCommands(`Try ${route}.`, root)));
    expect(said.filter((text) => !/^Try keyward [a-z- ]+( [A-Z]+)*\.$/.test(text))).toEqual([]);
  });

  test.for([
    [
      'End the old secret with POST /v1/keys/key_4fT9aBcDeF12/secrets/sec_8sK2mNoPqR34/end, or wait.',
      'End the old secret with keyward keys end-secret key_4fT9aBcDeF12 sec_8sK2mNoPqR34, or wait.',
    ],
    [
      'Try again. If it fails again, POST /v1/upstreams/up_1/test names the failing step.',
      'Try again. If it fails again, keyward upstreams test up_1 names the failing step.',
    ],
    ['Wait for it: GET /v1/jobs/{id}/result?wait=30.', 'Wait for it: keyward client result ID --wait.'],
    [
      'GET /v1/marketplace/gpu/list?available=true lists those that are free.',
      'keyward marketplace gpu list --available lists those that are free.',
    ],
    ['GET /v1/models lists all models.', 'keyward models list lists all models.'],
    ['GET /v1/keys/self shows it.', 'keyward auth status shows it.'],
    [
      'Forget stacks that are gone: DELETE /v1/bootstrap/keys/{stack}.',
      'Forget stacks that are gone: keyward bootstrap forget STACK.',
    ],
    ['GET /openapi.json lists all endpoints.', 'keyward endpoints lists all endpoints.'],
    ['POST /v1/nothing/of/this is elsewhere.', 'POST /v1/nothing/of/this is elsewhere.'],
  ] as const)('%s', async ([hint, shown]) => {
    expect(await withCommands(hint, root)).toBe(shown);
  });

  test('No hint names a command beside its own route, which the command line shows as the same command', () => {
    const files = globSync('**/*.ts', { cwd: SOURCES }).filter((file) => !/^cli|test|fixture/.test(file));
    const twice =
      /keyward [a-z -]+, or (GET|POST|PUT|PATCH|DELETE) |(GET|POST|PUT|PATCH|DELETE) \/[\w/{}]+, or keyward/;
    expect(files.filter((file) => twice.test(readFileSync(SOURCES + file, 'utf8')))).toEqual([]);
  });

  test('A sentence that was said is not said again', () => {
    const said = 'The key lacks the scope keys:read. (403 insufficient_scope)';
    const hint = 'The key lacks the scope keys:read. Use 1.5 of it. Use 1.5 of it.';
    expect(onlyNew(hint, said)).toBe('Use 1.5 of it.');
    expect(onlyNew('', said)).toBe('');
  });

  test.for([
    [0.4, '1 s'],
    [120, '120 s'],
    [1_800, '30 min'],
    [159_706, '45 h'],
    [1_000_000, '12 days'],
  ] as const)('a wait of %d s is shown as %s', ([seconds, text]) => {
    expect(durationText(seconds)).toBe(text);
  });
});

describe('a field of a request', async () => {
  const args = await root.commands?.['keys']?.commands?.['create']?.load?.();
  const fault = (field: string, message: string) => faultText({ field, message }, args?.args ?? {});

  test.for([
    ['scopes[0]', 'must be one of a', '--scope: must be one of a'],
    [
      'scopes',
      'send exactly one of role and scopes, such as {"role": "client"}',
      '--scope: send exactly one of --role and --scope',
    ],
    ['selectors.models.allow[0]', 'must be short', '--model: must be short'],
    ['selectors.models.deny[0]', 'must be short', '--deny-model: must be short'],
    ['expires_in_seconds', 'must be before expires_at', '--expires-in: must be before --expires-at'],
    ['limits[0].requests', 'must be 1 to 1,000,000', '--limit: requests must be 1 to 1,000,000'],
    ['name', 'is missing', 'NAME: is missing'],
    ['query.owner', 'must be an id', '--owner: must be an id'],
    ['color', 'is not a known field', 'color: is not a known field'],
  ] as const)('%s: %s', ([field, message, shown]) => {
    expect(fault(field, message)).toBe(shown);
  });

  const given = (field: string, message: string, ...flags: string[]) =>
    faultText(
      { field, message },
      Object.fromEntries(flags.map((flag) => [flag, { type: 'string', description: flag }])),
    );

  test.for([
    [
      'completion_window',
      'completion_window: must be a time of at most 7d',
      'window',
      '--window: must be a time of at most 7d',
    ],
    [
      'duration_hours',
      'must be more than 0, at most 720',
      'hours',
      '--hours: must be more than 0, at most 720',
    ],
    ['task_id', 'must be swt_', 'task', '--task: must be swt_'],
    [
      'steps[0].prompt',
      '{{steps.b.output}} names no step of this workflow',
      'steps',
      '--steps: prompt {{steps.b.output}} names no step of this workflow',
    ],
  ] as const)(
    'A fault of %s says what is wrong, with the flag that gives it',
    ([field, message, flag, shown]) => {
      expect(given(field, message, flag)).toBe(shown);
    },
  );

  test('A form in JSON is replaced by the form of the flag', () => {
    expect(fault('limits[0]', 'must be {name, requests, window_seconds}')).toMatch(/^--limit: .*60\/minute/);
  });

  test('A hint names a member as its flag only where the command has one', () => {
    const chat = { 'max-tokens': { type: 'string' } } as const;
    expect(withFlags('Send max_tokens of 5 or less.', chat)).toBe('Send --max-tokens of 5 or less.');
    expect(withFlags('Send max_tokens of 5 or less.', {})).toBe('Send max_tokens of 5 or less.');
  });
});
