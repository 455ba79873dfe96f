import {
  createClient,
  KeywardApiError,
  KeywardConnectionError,
  paginate,
  readEvents,
  unwrap,
} from '@keyward/sdk';
import type { ChatMessage, components, KeywardClient, Tool } from '@keyward/sdk';
import { OPERATIONS } from '@keyward/sdk/operations';

/** A program of another project; sdk-package.slow.test.ts compiles it there and runs it in Node and in a browser. */

const MODEL = 'gpt-4o-mini';
const TOOLS: Tool[] = [
  { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } },
];
const MESSAGES: ChatMessage[] = [
  { role: 'user', content: [{ type: 'text', text: 'How is the weather in May?' }] },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'call_1', content: 'fine' },
];

export interface Outcome {
  chat: string;
  whole: string | null | undefined;
  vector: number | undefined;
  document: string | undefined;
  imported: string[];
  owners: string[];
  refused: { code: string; status: number; hint: string | null };
  fields: string[];
  unreachable: { name: string; code: string; message: string };
  redirect: { code: string; message: string };
  scope: string;
  events: string[];
}

export interface Given {
  url: string;
  apiKey: string;
  /** Nothing listens there. */
  closed: string;
  /** Every request gets a redirect. */
  redirecting: string;
}

/** @param name of the things that it makes */
export async function scenario({ url, apiKey, closed, redirecting }: Given, name: string): Promise<Outcome> {
  const client = createClient({ url: `${url}/v1`, apiKey });
  const stranger = createClient({ url, apiKey: 'sk-kw1-nobody' });
  const refused = await failureOf(stranger.GET('/v1/keys'));
  const wrong = await failureOf(client.POST('/v1/owners', { body: { name: '', kind: 'team' } }));
  const unreachable = await failureOf(createClient({ url: closed, retries: 0 }).GET('/v1/keys'));
  const redirect = await failureOf(createClient({ url: redirecting, apiKey }).GET('/v1/keys'));
  if (!(refused instanceof KeywardApiError) || !(wrong instanceof KeywardApiError)) throw refused;
  if (!(unreachable instanceof KeywardConnectionError)) throw unreachable;
  if (!(redirect instanceof KeywardApiError)) throw redirect;
  return {
    ...(await answersOf(client)),
    imported: await imported(client, name),
    owners: await ownersOf(client, name),
    refused: { code: refused.code, status: refused.status, hint: refused.hint },
    fields: wrong.errors.map(({ field }) => field),
    unreachable: { name: unreachable.name, code: unreachable.code, message: unreachable.message },
    redirect: { code: redirect.code, message: redirect.message },
    scope: OPERATIONS['keys.list'].scope,
    events: await eventsOf('data: one\n\ndata: two\n\n'),
  };
}

async function answersOf(
  client: KeywardClient,
): Promise<Pick<Outcome, 'chat' | 'whole' | 'vector' | 'document'>> {
  let chat = '';
  for await (const { choices } of client.chat({ model: MODEL, messages: MESSAGES, tools: TOOLS }))
    chat += choices[0]?.delta.content ?? '';
  const { choices } = await client.complete({ model: MODEL, messages: MESSAGES, tools: TOOLS });
  const { data } = await client.embed({ model: MODEL, input: ['first', 'second'] });
  const { documents } = await client.uploadDocument({
    file: new Blob(['We open at nine.']),
    name: 'hours.txt',
    title: 'Opening hours',
  });
  return {
    chat,
    whole: choices[0]?.message.content,
    vector: data[0]?.embedding[0],
    document: documents[0]?.title,
  };
}

async function imported(client: KeywardClient, name: string): Promise<string[]> {
  const line = (kind: string): string =>
    `${JSON.stringify({ name: `${name} ${kind}`, scopes: ['models:use'], secret: `legacy-${name.replaceAll(' ', '-')}-${kind}-4f9c2a7b18` })}\n`;
  async function* pieces(): AsyncGenerator<string | Uint8Array> {
    yield line('first');
    yield new TextEncoder().encode(line('second'));
  }
  const outcomes: string[] = [];
  for (const source of [pieces(), new Blob([line('third')]), line('first')])
    for await (const { outcome } of client.importKeys(source)) outcomes.push(outcome);
  return outcomes;
}

async function ownersOf(client: KeywardClient, name: string): Promise<string[]> {
  for (const kind of ['first', 'second'])
    await client.POST('/v1/owners', { body: { name: `${name} ${kind}`, kind: 'team' } });
  const page = (cursor: string | undefined): Promise<components['schemas']['OwnerList']> =>
    unwrap(
      client.GET('/v1/owners', {
        params: { query: { limit: 1, ...(cursor === undefined ? {} : { cursor }) } },
      }),
    );
  const names: string[] = [];
  for await (const owner of paginate(page)) if (owner.name.startsWith(name)) names.push(owner.name);
  return names.toSorted();
}

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Streams of other servers can be read too. */
async function eventsOf(text: string): Promise<string[]> {
  const data: string[] = [];
  for await (const event of readEvents(new Response(text).body)) data.push(event.data);
  return data;
}
