import type { TestServer } from '../../../test/server.ts';
import { json, stream, type Behaviour } from '../../../test/upstream.ts';

/** Words that stand in the uncovered workspace alone, each in another kind of thing. */
export const CANARIES = {
  'name of the workspace': 'nightshade',
  'its prompt': 'belladonna',
  'folder of a document': 'wolfsbane',
  'title of a document': 'mandrake',
  'text of a document': 'hemlock',
  'name of a thread': 'foxglove',
  'question of a chat': 'oleander',
  'question in a thread': 'larkspur',
  'question of a visitor': 'aconite',
  'name of a key': 'spurge',
};

/** One workspace, filled. */
export interface Furnished {
  slug: string;
  id: number;
  /** Of its document. */
  location: string;
  docName: string;
  folder: string;
  threadSlug: string;
  embed: string;
}

/** Two workspaces full of things, and a key of another owner that is bound to one of them. */
export interface TwoWorkspaces {
  covered: Furnished;
  uncovered: Furnished;
  bound: string;
}

const SESSION = '7d0b5a9e-3c55-4b0e-9f4e-2f9f3f1f8a10';

export async function furnish(server: TestServer): Promise<TwoWorkspaces> {
  const uncovered = await furnishOne(server, { called: 'Nightshade Garden', words: CANARIES });
  const plain = Object.fromEntries(Object.keys(CANARIES).map((kind) => [kind, 'daisy'])) as typeof CANARIES;
  const covered = await furnishOne(server, { called: 'Open Field', words: plain });
  const owner = { name: 'Bob', kind: 'person' };
  await server.request('POST', '/v1/owners', { body: owner });
  const selectors = { workspaces: { allow: ['open-*'] } };
  const { secret } = await server.mint({ role: 'admin', owner: 'Bob', selectors });
  return { covered, uncovered, bound: secret };
}

async function furnishOne(
  server: TestServer,
  { called, words }: { called: string; words: typeof CANARIES },
): Promise<Furnished> {
  const post = async <T>(path: string, body: object): Promise<T> => {
    const { status, body: answer, text } = await server.request<T>('POST', path, { body });
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return answer;
  };
  const openAiPrompt = `Mind the ${words['its prompt']}.`;
  const { workspace } = await post<{ workspace: { id: number; slug: string } }>('/v1/workspace/new', {
    name: called,
    openAiPrompt,
    chatMode: 'chat',
  });
  const { slug, id } = workspace;
  const folder = `${words['folder of a document']}-shelf`;
  const file = new FormData();
  const text = `All about the ${words['text of a document']} and its harvest.`;
  file.set('file', new File([text], `${words['title of a document']}.txt`, { type: 'text/plain' }));
  file.set('addToWorkspaces', slug);
  const upload = await server.request<{ documents: { location: string }[] }>(
    'POST',
    `/v1/document/upload/${folder}`,
    { body: file },
  );
  const location = upload.body.documents[0]?.location ?? '';
  const threadName = `About ${words['name of a thread']}`;
  const threadSlug = `${words['name of a thread']}-talk`;
  await post(`/v1/workspace/${slug}/thread/new`, { name: threadName, slug: threadSlug });
  await post(`/v1/workspace/${slug}/chat`, { message: `Is ${words['question of a chat']} safe?` });
  await post(`/v1/workspace/${slug}/thread/${threadSlug}/chat`, { message: words['question in a thread'] });
  const { embed } = await post<{ embed: { uuid: string } }>('/v1/embed/new', {
    workspace_slug: slug,
    chat_mode: 'chat',
  });
  const message = words['question of a visitor'];
  await post(`/api/embed/${embed.uuid}/stream-chat`, { sessionId: SESSION, message });
  // Its selectors name the workspace, too.
  const name = `Gardener of the ${words['name of a key']}`;
  await server.mint({ name, scopes: ['workspaces:*'], selectors: { workspaces: { allow: [slug] } } });
  const docName = location.split('/').at(-1) ?? '';
  return { slug, id, location, docName, folder, threadSlug, embed: embed.uuid };
}

/** Repeats its whole input: text that must not reach a model would reach the answer. */
export const echo: Behaviour = (response, received) => {
  const request = JSON.parse(received.body.toString()) as {
    model: string;
    stream?: boolean;
    messages?: { content: unknown }[];
    input?: string | string[];
    encoding_format?: string;
  };
  const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: request.model };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  if (received.path.endsWith('/embeddings')) return embeddings(request)(response, received);
  const content = JSON.stringify(request.messages?.map((message) => message.content));
  if (request.stream !== true) {
    const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
    return json({ ...head, object: 'chat.completion', choices, usage })(response, received);
  }
  const choices = [{ index: 0, delta: { content }, finish_reason: 'stop' }];
  const events = [JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, usage }), '[DONE]'];
  return stream(events.map((data) => Buffer.from(`data: ${data}\n\n`)))(response, received);
};

/** All texts are equally near to each other: a search that is not narrowed finds everything. */
function embeddings({
  input = [],
  encoding_format,
  model,
}: {
  input?: string | string[];
  encoding_format?: string;
  model: string;
}): Behaviour {
  const vector = new Float32Array(384).fill(1 / Math.sqrt(384));
  const embedding =
    encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
  const data = [input].flat().map((_, index) => ({ object: 'embedding', index, embedding }));
  return json({ object: 'list', data, model, usage: { prompt_tokens: 1, total_tokens: 1 } });
}
