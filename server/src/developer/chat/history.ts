import { Type } from 'typebox';
import { nullable, type Answer } from '../../http/index.ts';
import type { Chat, Conversation } from '../../workspaces/index.ts';
import { listText, streamed } from '../answers.ts';
import { field, wholeWithin } from '../fields.ts';
import type { ChatServices } from '../services.ts';

const Text = Type.String();
const Whole = Type.Integer();

/** The members differ by the kind of source. */
export const Source = Type.Record(Text, Type.Unknown(), { title: 'Source' });
/** `{}` where no model was asked. */
export const Metrics = Type.Record(Text, Type.Unknown(), { title: 'Metrics' });

const seconds = Type.Integer({ description: 'Unix time in seconds' });
export const UserMessage = Type.Object(
  { role: Text, content: Text, sentAt: seconds, attachments: Type.Array(Type.Unknown()), chatId: Whole },
  { title: 'UserMessage' },
);
export const AssistantMessage = Type.Object(
  {
    type: Text,
    role: Text,
    content: Text,
    sources: Type.Array(Source),
    chatId: Whole,
    sentAt: seconds,
    feedbackScore: nullable(Type.Boolean()),
    metrics: Metrics,
    outputs: Type.Optional(Type.Array(Type.Unknown())),
  },
  { title: 'AssistantMessage' },
);
/** `role` is `user` or `assistant`. */
export const Message = Type.Union([UserMessage, AssistantMessage], { title: 'Message' });
export const History = Type.Object({ history: Type.Array(Message) }, { title: 'History' });

/** The part of a conversation that is asked for. @param otherwise how many, where no limit is given */
export const historyPart = (otherwise: number) => ({
  limit: Type.Optional(
    wholeWithin(
      Type.String({
        description: `Prompts with their answers; ${otherwise === Infinity ? 'all' : otherwise}`,
      }),
      { otherwise, least: 1 },
    ),
  ),
  orderBy: Type.Optional(
    field(Type.String({ description: 'asc or desc' }), (value) => (value === 'desc' ? 'desc' : 'asc')),
  ),
});

type ShownChat = Pick<Chat, 'id' | 'prompt' | 'response' | 'createdAt' | 'isGood'>;

export function viewMessages({ id: chatId, prompt, response, createdAt, isGood }: ShownChat) {
  const { attachments, type, text, sources, metrics, outputs } = response;
  const sentAt = Math.floor(createdAt / 1000);
  const answer = { type, role: 'assistant', content: text, sources, chatId, sentAt, feedbackScore: isGood };
  return [
    { role: 'user', content: prompt, sentAt, attachments, chatId },
    { ...answer, metrics, ...(outputs === undefined ? {} : { outputs }) },
  ];
}

/** `{history}` of a conversation, however long. */
export function historyAnswer(
  { workspaces }: Pick<ChatServices, 'workspaces'>,
  conversation: Conversation,
  options: { limit: number; order: 'asc' | 'desc' },
): Promise<Answer> {
  async function* pages(): AsyncGenerator<unknown[]> {
    for await (const chats of workspaces.chats.history(conversation, options))
      yield chats.flatMap(viewMessages);
  }
  return streamed('application/json; charset=utf-8', listText('history', pages()));
}
