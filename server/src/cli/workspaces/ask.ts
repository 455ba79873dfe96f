import { randomUUID } from 'node:crypto';
import type { KeywardClient, Source, WorkspaceQuestion } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb, type Context } from '../command.ts';
import { answerPrompts, promptOf } from '../conversation.ts';
import { say, write } from '../io.ts';
import { cell } from '../output.ts';
import { findWorkspace, MODES, SLUG_ARG } from './workspace.ts';

export const ask = verb({
  args: {
    slug: SLUG_ARG,
    prompt: { type: 'positional', required: false, description: 'The question; - reads stdin' },
    mode: { type: 'enum', options: MODES, description: "Mode, in place of the workspace's own" },
    thread: { type: 'string', description: 'Slug of a thread' },
    session: {
      type: 'string',
      description: 'Name of the conversation, to continue it later. Default: a new one',
    },
    ...CLIENT_ARGS,
  },
  examples: [
    'workspaces ask staff "How many days of leave are there?"',
    'workspaces ask staff --mode query --session ada',
    '$ keyward workspaces ask staff "Who may sign?" --output json | jq .sources[].title',
  ],
  notes:
    'The answer is streamed as text, and its sources follow on stderr. --output json prints both.\n' +
    'On a terminal without a question it starts a conversation. An empty line or Ctrl-D ends it.',
  endsItself: true,
  run: async (args, context) => {
    const prompt = await promptOf(args, context, 'keyward workspaces ask staff "Who may sign?"');
    const client = await openClient(args, context);
    const { slug } = await findWorkspace(client, args.slug);
    const session = args.session ?? `cli-${randomUUID()}`;
    const place = {
      slug,
      mode: args.mode as WorkspaceQuestion['mode'],
      ...(args.thread === undefined ? { sessionId: session } : { thread: args.thread }),
    };
    return answerPrompts(context, args, {
      prompt,
      greeting: `Asking ${slug}`,
      answer: (message, isWhole) => answer(client, context, { ...place, message, isWhole }),
    });
  },
});

/** Writes the answer as it is streamed. @param isWhole writes nothing: the caller prints the result. */
async function answer(
  client: KeywardClient,
  { io }: Context,
  { isWhole, ...question }: WorkspaceQuestion & { isWhole: boolean },
): Promise<object> {
  let text = '';
  let sources: Source[] = [];
  try {
    for await (const piece of client.askWorkspace(question, { signal: io.interrupted })) {
      if (piece.kind === 'sources') ({ sources } = piece);
      else if (piece.kind === 'thought') say(io, `(${cell(piece.text)})`);
      else {
        text += piece.text;
        if (!isWhole) await write(io, piece.text);
      }
    }
  } finally {
    if (!isWhole && text !== '' && !text.endsWith('\n')) await write(io, '\n');
  }
  const titles = new Set(sources.map(({ title }) => cell(title)));
  if (!isWhole && titles.size > 0) say(io, `Sources: ${[...titles].join(', ')}`);
  return { text, sources, session: question.sessionId ?? null, thread: question.thread ?? null };
}
