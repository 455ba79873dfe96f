import { unwrap } from '@keyward/sdk';
import { CliError, EXIT } from '../exit.ts';
import { say } from '../io.ts';
import { fields, tableText } from '../output.ts';
import { request } from '../request.ts';
import { notEmbeddedLine } from './pending.ts';
import { documentsIn, type Stored } from './stored.ts';

export { add } from './add.ts';
export { sync } from './sync.ts';

const embeddedCell = ({ embedded, notEmbedded }: Stored): string =>
  notEmbedded?.[0]?.status ?? (embedded ? 'yes' : 'no');

export const list = request({
  args: { folder: { type: 'string', description: 'Only documents of this folder' } },
  examples: ['documents list', `$ keyward documents list --output json | jq -r '.items[].location'`],
  send: async (client, { folder }) => ({ items: await documentsIn(client, folder), next_cursor: null }),
  table: ({ items }) =>
    [
      tableText(items, {
        ...fields('location', 'title', 'words'),
        embedded: embeddedCell,
        source: ({ source }) => source,
      }),
      ...items.flatMap(({ location, notEmbedded }) => notEmbeddedLine(location, notEmbedded?.[0])),
    ].join('\n'),
});

export const remove = request({
  args: {
    location: { type: 'positional', description: 'folder/name from documents list', required: true },
  },
  repeatsLast: true,
  examples: ['documents remove custom-documents/report.pdf-6f1c.json'],
  send: async (client, _args, context) => {
    const names = context.all('location');
    const known = new Set((await documentsIn(client)).map(({ location }) => location));
    const missing = names.find((name) => !known.has(name));
    if (missing !== undefined) {
      throw new CliError(`There is no document ${missing}; nothing was removed.`, {
        exitCode: EXIT.notFound,
        hint: 'keyward documents list shows all documents.',
      });
    }
    const { kept = [] } = await unwrap(client.DELETE('/v1/system/remove-documents', { body: { names } }));
    return { removed: names.filter((name) => !kept.includes(name)), kept };
  },
  shown: ({ removed, kept }) => ({ removed, ...(kept.length === 0 ? {} : { kept }) }),
  after: ({ kept }, { io }) => {
    if (kept.length === 0) return EXIT.ok;
    say(io, `${kept.length} stay: a workspace holds them that this key does not cover.`);
    return EXIT.failure;
  },
});
