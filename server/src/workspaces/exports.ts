import { isoTime } from '../base/clock.ts';
import type { PlacedChat } from './store/chat-store.ts';
import { csvCell, csvTime } from './csv.ts';

export const EXPORT_TYPES = ['json', 'csv', 'jsonl', 'jsonAlpaca'] as const;
export type ExportType = (typeof EXPORT_TYPES)[number];

export const isExportType = (text: string): text is ExportType =>
  (EXPORT_TYPES as readonly string[]).includes(text);

/** What the chats alone do not tell. */
export interface ExportFacts {
  /** By user id. */
  usernames: ReadonlyMap<number, string>;
  /** Of workspaces that have no prompt of their own. */
  defaultPrompt: string;
}

/** Whether the chats of a workspace must come one after the other. */
export const isByWorkspace = (type: ExportType): boolean => type === 'jsonl';

/** Chats as text for spreadsheets and for the training of models, piece by piece. */
export function exportText(
  type: ExportType,
  chats: AsyncIterable<PlacedChat>,
  facts: ExportFacts,
): AsyncGenerator<string> {
  return WRITERS[type](chats, facts);
}

type Writer = (chats: AsyncIterable<PlacedChat>, facts: ExportFacts) => AsyncGenerator<string>;

const WRITERS: Record<ExportType, Writer> = {
  json: (chats, facts) => jsonArray(chats, (chat) => plainItem(chat, facts)),
  jsonAlpaca: (chats, facts) => jsonArray(chats, (chat) => alpacaItem(chat, facts)),
  csv: csvLines,
  jsonl: conversations,
};

/** Indented by 4, as `JSON.stringify` would write the whole list. */
async function* jsonArray(
  chats: AsyncIterable<PlacedChat>,
  itemOf: (chat: PlacedChat) => object,
): AsyncGenerator<string> {
  let isEmpty = true;
  for await (const chat of chats) {
    const item = JSON.stringify(itemOf(chat), null, 4).replaceAll('\n', '\n    ');
    yield `${isEmpty ? '[' : ','}\n    ${item}`;
    isEmpty = false;
  }
  yield isEmpty ? '[]' : '\n]';
}

function plainItem(chat: PlacedChat, facts: ExportFacts) {
  return {
    id: chat.id,
    prompt: chat.prompt,
    response: chat.response.text,
    sent_at: isoTime(chat.createdAt),
    attachments: images(chat),
    workspace: chat.workspace.name,
    username: usernameOf(chat, facts),
    rating: ratingOf(chat),
  };
}

const images = ({ response }: PlacedChat) =>
  response.attachments.map((attachment) => ({ type: 'image', image: dataUrl(attachment) }));

function dataUrl(attachment: unknown): string {
  const content = textIn(attachment, 'contentString');
  return content.startsWith('data:') ? content : `data:${textIn(attachment, 'mime')};base64,${content}`;
}

/** What moved in from elsewhere may be anything: one odd chat must not break the export of all. */
function textIn(thing: unknown, name: string): string {
  const value = ((thing ?? {}) as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : '';
}

/** Who said it: a user, or how it came. */
export function usernameOf(
  { userId, apiSessionId }: PlacedChat,
  { usernames }: Pick<ExportFacts, 'usernames'>,
): string {
  const name = userId === null ? undefined : usernames.get(userId);
  return name ?? (apiSessionId === null ? 'unknown user' : 'API');
}

function ratingOf({ isGood }: PlacedChat): string {
  if (isGood === null) return '--';
  return isGood ? 'GOOD' : 'BAD';
}

/** A system prompt with the passages that it was given, a question, an answer. */
function alpacaItem(chat: PlacedChat, facts: ExportFacts) {
  const { prompt, response, workspace } = chat;
  const passages = response.sources.map((source, i) => {
    return `[CONTEXT ${i}]:\n${textIn(source, 'text')}\n[END CONTEXT ${i}]\n\n`;
  });
  const context = passages.length === 0 ? '' : `\nContext:\n${passages.join('')}`;
  const instruction = `${workspace.openAiPrompt ?? facts.defaultPrompt}${context}`;
  return { instruction, input: prompt, output: response.text };
}

const COLUMNS = ['id', 'workspace', 'prompt', 'response', 'sent_at', 'username', 'rating'];

async function* csvLines(chats: AsyncIterable<PlacedChat>, facts: ExportFacts): AsyncGenerator<string> {
  yield COLUMNS.join(',');
  for await (const chat of chats) {
    const own = [String(chat.id), csvTime(chat.createdAt), ratingOf(chat)].map((text) => `"${text}"`);
    const [id, sentAt, rating] = own;
    const { workspace, prompt, response } = chat;
    const cells = [id, csvCell(workspace.name), csvCell(prompt), csvCell(response.text), sentAt];
    yield `\n${[...cells, csvCell(usernameOf(chat, facts)), rating].join(',')}`;
  }
}

/** One line a workspace: its prompt, then all that was said in it. */
async function* conversations(chats: AsyncIterable<PlacedChat>, facts: ExportFacts): AsyncGenerator<string> {
  let workspaceId: number | undefined;
  for await (const chat of chats) {
    if (chat.workspaceId !== workspaceId) {
      const system = message('system', chat.workspace.openAiPrompt ?? facts.defaultPrompt);
      yield `${workspaceId === undefined ? '' : ']}\n'}{"messages":[${JSON.stringify(system)}`;
      workspaceId = chat.workspaceId;
    }
    const said = [message('user', chat.prompt, images(chat)), message('assistant', chat.response.text)];
    yield said.map((one) => `,${JSON.stringify(one)}`).join('');
  }
  if (workspaceId !== undefined) yield ']}';
}

const message = (role: string, text: string, more: object[] = []) => ({
  role,
  content: [{ type: 'text', text }, ...more],
});
