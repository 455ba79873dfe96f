import { unwrap } from '@keyward/sdk';
import { notEmbeddedLine } from '../documents/pending.ts';
import { say } from '../io.ts';
import { tableOf } from '../output.ts';
import { given } from '../parse.ts';
import { request } from '../request.ts';
import { warnOfSameName } from '../things/same-name.ts';
import { forEach } from '../things/several.ts';
import { findWorkspace, MODES, settingsText, SLUG_ARG } from './workspace.ts';

export { ask } from './ask.ts';
export { removeDocument as 'remove-document', update } from './update.ts';

export const create = request({
  args: {
    name: {
      type: 'positional',
      description: 'Name of the workspace; its slug is made from it',
      required: true,
    },
    mode: {
      type: 'enum',
      options: MODES,
      description: 'query answers from the documents only. Default: automatic',
    },
    model: { type: 'string', description: 'Name of the answering model. Default: the first chat model' },
    prompt: { type: 'string', description: 'System prompt for the model' },
  },
  examples: ['workspaces create Staff', 'workspaces create "House rules" --mode query'],
  notes: 'Names may repeat, slugs do not: a second workspace of a name has a slug with digits.',
  send: async (client, { name, mode: chatMode, model: chatModel, prompt: openAiPrompt }, { io }) => {
    const body = { name, ...given({ chatMode, chatModel, openAiPrompt }) };
    const { workspace } = await unwrap(client.POST('/v1/workspace/new', { body }));
    const made = { noun: 'workspace', remove: 'workspaces delete', id: workspace.slug, name };
    await warnOfSameName(io, made, async () => {
      const { workspaces } = await unwrap(client.GET('/v1/workspaces'));
      return workspaces.map((one) => ({ id: one.slug, name: one.name }));
    });
    return workspace;
  },
  table: settingsText,
  after: ({ slug }, { io }) => say(io, `Add to it: keyward documents add FOLDER --workspace ${slug}`),
});

export const list = request({
  args: {},
  examples: ['workspaces list'],
  send: async (client) => {
    const { workspaces: items } = await unwrap(client.GET('/v1/workspaces'));
    return { items, next_cursor: null };
  },
  isList: true,
  table: ({ items }) =>
    tableOf(items, {
      slug: ({ slug }) => slug,
      name: ({ name }) => name,
      mode: ({ chatMode }) => chatMode,
      threads: ({ threads }) => threads.length,
      created: ({ createdAt }) => createdAt,
    }),
});

export const get = request({
  args: { slug: SLUG_ARG },
  examples: ['workspaces get staff'],
  send: (client, { slug }) => findWorkspace(client, slug),
  table: ({ documents, ...settings }) => {
    const rows = tableOf(documents, {
      document: ({ docpath }) => docpath,
      pinned: ({ pinned }) => (pinned ? 'yes' : 'no'),
      embedded: ({ notEmbedded }) => notEmbedded?.status ?? 'yes',
    });
    const waiting = documents.flatMap(({ docpath, notEmbedded }) => notEmbeddedLine(docpath, notEmbedded));
    return [settingsText(settings), rows, ...(waiting.length === 0 ? [] : [waiting.join('\n')])];
  },
});

const remove = forEach({
  args: { slug: SLUG_ARG },
  examples: ['workspaces delete staff', 'workspaces delete staff trial --yes'],
  notes: 'Its documents stay. To remove them: keyward documents remove.',
  done: 'deleted',
  asks: (workspaces) => `Delete ${workspaces} with all chats?`,
  one: async (client, named) => {
    const { slug } = await findWorkspace(client, named);
    await unwrap(client.DELETE('/v1/workspace/{slug}', { params: { path: { slug } }, parseAs: 'text' }));
    return { slug, deleted: true };
  },
});
export { remove as delete };
