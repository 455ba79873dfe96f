import { unwrap } from '@keyward/sdk';
import { CliError, EXIT, usageError } from '../exit.ts';
import { decimalNumber, given, wholeNumber } from '../parse.ts';
import { request } from '../request.ts';
import { findWorkspace, MODES, settingsText, SLUG_ARG } from './workspace.ts';
import { counted } from '../count-text.ts';

const SEARCHES: string[] = ['default', 'hybrid', 'rerank'];

const count = (flag: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : wholeNumber(flag, text, { min: 0, max: 1000 });

export const update = request({
  args: {
    slug: SLUG_ARG,
    name: { type: 'string', description: 'A new name; the slug stays' },
    mode: { type: 'enum', options: MODES, description: 'query answers from the documents only' },
    model: { type: 'string', description: 'Name of the answering model' },
    prompt: { type: 'string', description: 'System prompt for the model' },
    temperature: { type: 'string', description: 'Temperature of the model, such as 0 or 0.7' },
    history: { type: 'string', description: 'How many earlier prompts go with a question' },
    passages: { type: 'string', description: 'The largest number of passages' },
    threshold: { type: 'string', description: 'The lowest score of a passage, 0 to 1' },
    search: { type: 'enum', options: SEARCHES, description: 'How passages are found (docs/workspaces.md)' },
    refusal: { type: 'string', description: 'The answer of mode query where no document answers' },
  },
  examples: [
    'workspaces update staff --mode query',
    'workspaces update staff --model gpt-4o --passages 6 --search hybrid',
  ],
  notes: 'Fields that are not named stay.',
  parse: ({ slug, name, mode, model, prompt, search, refusal, ...args }) => {
    const body = given({
      name,
      chatMode: mode,
      chatModel: model,
      openAiPrompt: prompt,
      openAiTemp: decimalNumber('temperature', args.temperature),
      openAiHistory: count('history', args.history),
      topN: count('passages', args.passages),
      similarityThreshold: decimalNumber('threshold', args.threshold),
      vectorSearchMode: search,
      queryRefusalResponse: refusal,
    });
    if (Object.keys(body).length === 0)
      throw usageError('No change was given.', { hint: '--help lists the fields.' });
    return { slug, body };
  },
  send: async (client, { slug: named, body }) => {
    const { slug } = await findWorkspace(client, named);
    const params = { path: { slug } };
    const { workspace, message } = await unwrap(client.POST('/v1/workspace/{slug}/update', { params, body }));
    if (!('slug' in workspace)) throw new CliError(message ?? 'The workspace was not changed.');
    return workspace;
  },
  table: settingsText,
});

export const removeDocument = request({
  args: {
    slug: SLUG_ARG,
    location: {
      type: 'positional',
      description: 'folder/name from keyward workspaces get; repeatable',
      required: true,
    },
  },
  repeatsLast: true,
  examples: [
    'workspaces remove-document staff custom-documents/report.pdf-6f1c.json',
    'workspaces remove-document staff custom-documents/report.pdf-6f1c.json --yes',
  ],
  notes:
    'The document stays on the server, and in other workspaces. To remove it everywhere: keyward documents remove.',
  parse: ({ slug }, context) => ({ slug, locations: context.all('location') }),
  asks: ({ slug, locations }) =>
    `Remove ${locations.length === 1 ? locations[0] : counted(locations.length, 'document')} from ${slug}?`,
  send: async (client, { slug: named, locations }) => {
    const { slug, documents } = await findWorkspace(client, named);
    const known = new Set(documents.map(({ docpath }) => docpath));
    const missing = locations.find((location) => !known.has(location));
    if (missing !== undefined)
      throw new CliError(`There is no document ${missing} in ${slug}; nothing was removed.`, {
        exitCode: EXIT.notFound,
        example: `keyward workspaces get ${slug}`,
      });
    const params = { path: { slug } };
    const body = { adds: [], deletes: locations };
    const { message } = await unwrap(client.POST('/v1/workspace/{slug}/update-embeddings', { params, body }));
    if (message !== undefined) throw new CliError(message);
    return { slug, removed: locations };
  },
});
