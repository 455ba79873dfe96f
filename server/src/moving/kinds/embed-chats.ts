import { bringEmbedChat, type EmbedChatRow } from '../../widgets/index.ts';
import { readResponse } from '../response.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf, type Move, type Prepared, type Step, type Thing } from '../step.ts';

const CHAT_MAX_CHARACTERS = 64 * 1024 * 1024;

export const embedChats: Step<SourceRow, EmbedChatRow> = {
  kind: 'embed chat',
  count: (source) => source.count('embed_chats'),
  things: (source) => rowsOf(source, 'embed_chats'),
  prepare: (_db, thing, move) => prepare(thing, move),
  write: bringEmbedChat,
};

function prepare({ row }: Thing<SourceRow>, { targets, clock }: Move): Prepared<EmbedChatRow> {
  const embedId = targets.number('embed', row.id('embed_id'));
  const sessionId = row.filled('session_id');
  const prompt = row.text('prompt');
  const answer = row.text('response');
  if (embedId === undefined) return { left: 'its widget is gone or was left out' };
  if (sessionId === undefined) return { left: 'it belongs to no session' };
  if (prompt === undefined || answer === undefined) return { left: 'its prompt or its answer is no text' };
  if (prompt.length + answer.length > CHAT_MAX_CHARACTERS) return { left: 'it is longer than 64 MiB' };
  const { response, isWhole } = readResponse(answer);
  return {
    ready: {
      id: row.id('id') ?? 0,
      embedId,
      sessionId,
      prompt,
      response: JSON.stringify(response),
      included: (row.flag('include') ?? true) ? 1 : 0,
      connectionInformation: objectText(row.text('connection_information')),
      createdAt: row.time('createdAt') ?? clock.nowMs(),
    },
    changed: isWhole ? [] : ['its answer was no JSON of the usual form: it is kept as plain text'],
  };
}

function objectText(text = '{}'): string {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? JSON.stringify(parsed) : '{}';
  } catch {
    return '{}';
  }
}
