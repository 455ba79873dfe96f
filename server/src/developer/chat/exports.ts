import { isoTime } from '../../base/clock.ts';
import type { PlacedChat } from '../../workspaces/index.ts';

/** By user id: `usernames`. Of workspaces without a prompt of their own: `defaultPrompt`. */
export interface ExportFacts {
  usernames: ReadonlyMap<number, string>;
  defaultPrompt: string;
}

/** Writes chats as text for spreadsheets and for the training of models, piece by piece. */
type Writer = (chats: AsyncIterable<PlacedChat>, facts: ExportFacts) => AsyncGenerator<string>;

const JSON_TYPE = 'application/json; charset=utf-8';

/** `byWorkspace`: the chats of a workspace must come one after the other. */
export const EXPORTS: Record<string, { type: string; byWorkspace?: true; write: Writer }> = {
  json: { type: JSON_TYPE, write: (chats, facts) => jsonArray(chats, (chat) => plainItem(chat, facts)) },
  csv: { type: 'text/csv; charset=utf-8', write: csvLines },
  jsonl: { type: 'application/jsonl; charset=utf-8', byWorkspace: true, write: conversations },
  jsonAlpaca: {
    type: JSON_TYPE,
    write: (chats, facts) => jsonArray(chats, (chat) => alpacaItem(chat, facts)),
  },
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

/** An imported chat may hold any value: one odd chat must not break the export of all. */
function textIn(thing: unknown, name: string): string {
  const value = ((thing ?? {}) as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : '';
}

/** The author: a user, or the way by which the chat came. */
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

/** A line for each workspace: its prompt, then all its chats. */
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

/**
 * One cell of a CSV file. Text that a spreadsheet would take for a formula gets an apostrophe in front: otherwise a prompt such
 * as `=HYPERLINK(…)` would run on the machine of the person who opens the file (guarded by exports.test.ts).
 */
export function csvCell(text: string): string {
  const safe = /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""').replaceAll(/\r\n|\r|\n/g, ' ')}"`;
}

/** A time as JavaScript prints dates, always in UTC: `Sat Nov 21 2026 01:50:16 GMT+0000 (…)`. */
export function csvTime(ms: number): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(ms).toUTCString().split(' ');
  return `${weekday.replace(',', '')} ${month} ${day} ${year} ${time} GMT+0000 (Coordinated Universal Time)`;
}
