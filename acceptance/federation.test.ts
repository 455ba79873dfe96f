import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { readEvents } from '@keyward/sdk';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { beforeAll, describe, expect, test } from 'vitest';
import { afterwards, startServer, type Server } from './server.ts';
import { recorded, recordedStream, startUpstream, type Received } from './upstream.ts';
import { startWrapper, type WrapperProcess } from './wrapper-process.ts';

/** Another team's subgraph: it knows workspaces by their slugs alone. */
const STAFF = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
  type Query { favourites: [Workspace]! }
  type Workspace @key(fields: "slug") { slug: ID! manager: String! }
`);
const ANSWER = 'Die Hauptstadt von Österreich ist Wien. 🎼';

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
}

let keyward: Server;
let wrapper: WrapperProcess;
let gateway = '';
/** May read and ask `ferries` alone. */
let bound = '';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

async function listening(handler: Handler): Promise<string> {
  const server = createServer((request, response) => void handler(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

function send(
  url: string,
  query: string,
  { key, accept }: { key?: string; accept?: string },
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accept === undefined ? {} : { accept }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ query }),
  });
}

const ask = async (query: string, key?: string, url = gateway): Promise<Answer> =>
  (await (await send(url, query, key === undefined ? {} : { key })).json()) as Answer;

beforeAll(async () => {
  const upstream = await startUpstream();
  const isStream = ({ body }: Received): boolean =>
    (JSON.parse(body.toString()) as { stream?: boolean }).stream === true;
  const [whole, stream] = [recorded('chat.json'), recordedStream('chat.stream.sse')];
  upstream.on('/chat/completions', (response, received) =>
    (isStream(received) ? stream : whole)(response, received),
  );
  keyward = await startServer();
  await keyward.addUpstream({ base_url: upstream.baseUrl, models: ['gpt-4o-mini'] });
  for (const name of ['Ferries', 'Salaries'])
    await keyward.ask('POST', '/api/v1/workspace/new', {
      body: { name, chatMode: 'chat', chatModel: 'gpt-4o-mini' },
    });
  const scopes = ['workspaces:read', 'workspaces:chat', 'models:use'];
  bound = (await keyward.mint({ scopes, selectors: { workspaces: { allow: ['ferries'] } } })).secret;
  wrapper = await startWrapper({ WRAPPER_UPSTREAM: `${keyward.url}/api/v1` });

  const wrapperUrl = `${wrapper.url}/graphql`;
  const { data } = await ask('{ _service { sdl } }', bound, wrapperUrl);
  const { sdl } = (data?.['_service'] ?? { sdl: '' }) as { sdl: string };
  const resolvers = {
    Query: { favourites: () => [{ slug: 'salaries' }, { slug: 'ferries' }] },
    Workspace: {
      __resolveReference: ({ slug }: { slug: string }) => ({ slug }),
      manager: ({ slug }: { slug: string }) => `the manager of ${slug}`,
    },
  };
  const staff = await listening(
    createYoga({ schema: buildSubgraphSchema([{ typeDefs: STAFF, resolvers }]), logging: false }),
  );
  const { supergraphSdl, errors } = composeServices([
    { name: 'wrapper', url: wrapperUrl, typeDefs: parse(sdl) },
    { name: 'staff', url: staff, typeDefs: STAFF },
  ]);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  const runtime = createGatewayRuntime({
    supergraph: supergraphSdl,
    logging: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') ?? '' }),
    },
  });
  afterwards(async () => runtime[Symbol.asyncDispose]());
  gateway = await listening(runtime);
}, 120_000);

describe('The wrapper behind a published federation gateway', () => {
  test("A query joins workspaces with another subgraph's fields", async () => {
    const { data, errors } = await ask(
      '{ workspaces { nodes { slug name manager } } }',
      keyward.home.adminKey,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      workspaces: {
        nodes: [
          { slug: 'ferries', name: 'Ferries', manager: 'the manager of ferries' },
          { slug: 'salaries', name: 'Salaries', manager: 'the manager of salaries' },
        ],
      },
    });
  });

  test("The caller's own key decides what the join shows", async () => {
    const { data } = await ask('{ workspaces { nodes { slug manager } } }', bound);
    expect(data).toEqual({ workspaces: { nodes: [{ slug: 'ferries', manager: 'the manager of ferries' }] } });
  });

  test('Workspaces that another subgraph names are looked up under the key of the caller', async () => {
    const query = '{ favourites { slug manager name chatMode } }';
    const ferries = { slug: 'ferries', manager: 'the manager of ferries', name: 'Ferries', chatMode: 'CHAT' };
    const salaries = { ...ferries, slug: 'salaries', manager: 'the manager of salaries', name: 'Salaries' };
    expect((await ask(query, keyward.home.adminKey)).data).toEqual({ favourites: [salaries, ferries] });
    const favourites = (await ask(query, bound)).data?.['favourites'] as unknown[];
    expect(favourites).toEqual([null, ferries]);
  });

  test('A request without a key, and one with a wrong key, get nothing from the wrapper', async () => {
    for (const key of [undefined, 'sk-wrong']) {
      const { data, errors } = await ask('{ workspaces { nodes { slug } } }', key);
      expect(data?.['workspaces'] ?? null).toBeNull();
      expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
    }
  });

  test('A question is asked through the gateway as a mutation', async () => {
    const { data, errors } = await ask(
      'mutation { chat(workspace: "ferries", message: "What is the capital of Austria?") { text } }',
      bound,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ chat: { text: ANSWER } });
  });

  test.for(['the wrapper', 'the gateway'])('The answer comes as a stream from %s', async (from) => {
    const query =
      'subscription { chat(workspace: "ferries", message: "What is the capital of Austria?") { __typename ... on ChatText { text } } }';
    const url = from === 'the gateway' ? gateway : `${wrapper.url}/graphql`;
    const response = await send(url, query, { key: bound, accept: 'text/event-stream' });
    const texts: string[] = [];
    let isComplete = false;
    for await (const { event, data } of readEvents(response.body)) {
      isComplete ||= event === 'complete';
      if (event !== 'next') continue;
      const { chat } = (JSON.parse(data) as { data: { chat: { text?: string } } }).data;
      if (chat.text !== undefined) texts.push(chat.text);
    }
    expect(texts.length).toBeGreaterThan(1);
    expect({ text: texts.join(''), isComplete }).toEqual({ text: ANSWER, isComplete: true });
  });

  test('The wrapper logs each request and no key, and ends when it is told to', async () => {
    expect((await fetch(`${wrapper.url}/readyz`)).status).toBe(200);
    expect(
      wrapper
        .output()
        .split('\n')
        .filter((line) => line.includes('"path":"/graphql"')).length,
    ).toBeGreaterThan(5);
    expect(await wrapper.stop()).toBe(0);
    for (const key of [bound, keyward.home.adminKey, 'sk-wrong']) expect(wrapper.output()).not.toContain(key);
  });
});
