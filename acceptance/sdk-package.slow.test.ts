import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ChatRequest } from '@keyward/sdk';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../server/test/processes/chromium.ts';
import { blocksOf, missingFrom } from './docs.ts';
import { addFolder, addProgram, newProject, runIn } from './sdk-package.ts';
import type { Given, Outcome } from './sdk-project/scenario.ts';
import { afterwards, REPOSITORY, startServer, temporaryFolder, type Server } from './server.ts';
import { recorded, recordedStream, startUpstream } from './upstream.ts';

const CACHE = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
/** `make test` fetches it, by .ci/packages.sh. */
const NODE_20 = join(CACHE, 'keyward/node-20.5.1/node');
const NODES = [
  ['node 24', 'node'],
  ['node 20', NODE_20],
] as const;

const EXPECTED: Partial<Outcome> = {
  chat: 'Die Hauptstadt von Österreich ist Wien. 🎼',
  whole: 'Die Hauptstadt von Österreich ist Wien. 🎼',
  vector: -0.0069292834,
  document: 'Opening hours',
  imported: ['imported', 'imported', 'imported', 'exists'],
  fields: ['name'],
  scope: 'keys:read',
  events: ['one', 'two'],
};
const BROWSER_ARGUMENTS = [
  ...CHROMIUM_ARGUMENTS,
  // The page has no address of its own, and would need permission for requests to this machine.
  '--disable-features=LocalNetworkAccessChecks',
];
const NODE_WORDS = /Node|NODE_|undici|UND_ERR/;

let server: Server;
let project: string;
let given: Given;

beforeAll(async () => {
  const upstream = await startUpstream();
  [server, project] = await Promise.all([startServer(), newProject()]);
  upstream.on('/chat/completions', (response, received) => {
    const { stream, messages, tools } = JSON.parse(received.body.toString()) as ChatRequest;
    // Content parts, tool calls and null have arrived.
    if (tools !== undefined && (messages.length !== 3 || messages[1]?.content !== null))
      return recorded('bad-role.json', 400)(response, received);
    return (stream === true ? recordedStream('chat.stream.sse') : recorded('chat.json'))(response, received);
  });
  upstream.on('/embeddings', recorded('embeddings.json'));
  await server.addUpstream({ base_url: upstream.baseUrl, models: ['gpt-4o-mini'] });
  const redirecting = await listen((request, response) => {
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization' };
    const isPreflight = request.method === 'OPTIONS';
    response.writeHead(isPreflight ? 204 : 302, { ...headers, location: server.url }).end();
  });
  const closed = await listen(() => undefined);
  await closed.close();
  given = { url: server.url, apiKey: server.home.adminKey, closed: closed.url, redirecting: redirecting.url };
}, 180_000);

async function listen(answer: RequestListener): Promise<{ url: string; close(): Promise<unknown> }> {
  const listener = createServer(answer).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const close = async (): Promise<void> => {
    listener.closeAllConnections();
    if (listener.listening) await once(listener.close(), 'close');
  };
  afterwards(close);
  return { url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`, close };
}

describe('the SDK, packed and installed into another project', { timeout: 180_000 }, () => {
  const types = [join(REPOSITORY, 'node_modules/@types')];
  const kinds = [
    {
      type: 'module',
      load: 'import',
      // The types of Node alone.
      options: { lib: ['es2023'], types: ['node'], typeRoots: types },
    },
    {
      type: 'commonjs',
      load: 'require',
      // The types of browsers alone.
      options: { lib: ['es2023', 'dom', 'dom.iterable'], types: [] },
    },
  ] as const;

  test.for(kinds)(
    'The SDK compiles under strict as a $type and runs in Node 20 and 24',
    async ({ type, load, options }) => {
      expect(existsSync(NODE_20), `Node 20 is missing in ${NODE_20}: run "make packages"`).toBe(true);
      const folder = addProgram(project, { type, options });
      await runIn(folder, ['tsc', '-p', '.']);
      const outcomes = NODES.map(async ([name, node]) => {
        const program = `
        Promise.resolve(${load}('./${type}/scenario.js')).then(async ({ scenario }) =>
          process.stdout.write(JSON.stringify(await scenario(...JSON.parse(process.env.GIVEN)))));`;
        const environment = { GIVEN: JSON.stringify([given, `${type} ${name}`]) };
        return JSON.parse(await runIn(project, [node, '--eval', program], environment)) as Outcome;
      });
      for (const outcome of await Promise.all(outcomes)) {
        expect(outcome).toMatchObject(EXPECTED);
        expect(outcome.owners).toHaveLength(2);
        expect(outcome.refused).toMatchObject({ code: 'invalid_key', status: 401 });
        expect(outcome.unreachable).toMatchObject({ name: 'KeywardConnectionError', code: 'ECONNREFUSED' });
        expect(outcome.redirect.message).toContain('redirect, which is not followed');
      }
    },
  );

  test('The examples of the README of the SDK run', async () => {
    const folder = addFolder(project, 'readme', { type: 'module', options: kinds[0].options });
    const blocks = blocksOf(readFileSync(join(REPOSITORY, 'sdk/README.md'), 'utf8'), 'ts');
    expect(blocks.length).toBeGreaterThan(3);
    for (const { line, script } of blocks) writeFileSync(join(folder, `line-${line}.ts`), script);
    await runIn(folder, ['tsc', '-p', '.']);
    const environment = { KEYWARD_URL: given.url, KEYWARD_API_KEY: given.apiKey };
    for (const { line, promised } of blocks) {
      const output = await runIn(folder, ['node', `line-${line}.js`], environment);
      expect({ line, output, missing: missingFrom(output, promised) }).toEqual({ line, output, missing: [] });
    }
  });

  test('The SDK is bundled for browsers without modules of Node, and runs in one', async () => {
    const entry = "import { scenario } from './module/scenario.js'; globalThis.scenario = scenario;";
    writeFileSync(join(project, 'browser.js'), entry);
    const bundle = await rolldown({
      input: join(project, 'browser.js'),
      platform: 'browser',
      // A module of Node would not be bundled, which is a warning.
      onwarn: ({ message }) => {
        throw new Error(message);
      },
    });
    const { output } = await bundle.generate({ format: 'iife' });
    const { code } = output[0];
    const context = await chromium.launchPersistentContext(temporaryFolder(), {
      executablePath: chromiumPath(),
      args: BROWSER_ARGUMENTS,
    });
    afterwards(() => context.close());
    // A page of the same origin: the server's CORS setting is not the subject here.
    await context.route(`${server.url}/page`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
    );
    const page = await context.newPage();
    await page.goto(`${server.url}/page`);
    await page.addScriptTag({ content: code });
    const call = `scenario(${JSON.stringify(given)}, 'browser')`;
    const outcome = await page.evaluate<Outcome>(call);
    expect(outcome).toMatchObject(EXPECTED);
    expect(outcome.owners).toHaveLength(2);
    expect(outcome.refused).toMatchObject({ code: 'invalid_key', status: 401 });
    expect(outcome.unreachable).toMatchObject({ name: 'KeywardConnectionError', code: 'failed' });
    expect(outcome.redirect.message).toContain('redirect, which is not followed');
    expect(JSON.stringify(outcome)).not.toMatch(NODE_WORDS);
  });
});
