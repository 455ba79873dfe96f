import { unwrap } from '@keyward/sdk';
import { CliError, EXIT } from '../exit.ts';
import { say } from '../io.ts';
import { fields, tableOf } from '../output.ts';
import { request } from '../request.ts';
import { notEmbeddedLine } from './pending.ts';
import { membersOf } from './sending.ts';
import { documentsIn, type Stored } from './stored.ts';
import { counted } from '../count-text.ts';

export { add } from './add.ts';
export { get } from './get.ts';
export { sync } from './sync.ts';

const embeddedCell = ({ embedded, notEmbedded }: Stored): string =>
  notEmbedded?.[0]?.status ?? (embedded ? 'yes' : 'no');

/** None, or one part below the table. */
function linesOf(items: readonly Stored[]): string[] {
  const lines = items.flatMap(({ location, notEmbedded }) => notEmbeddedLine(location, notEmbedded?.[0]));
  return lines.length === 0 ? [] : [lines.join('\n')];
}

export const list = request({
  args: {
    folder: { type: 'string', description: 'Only documents of this folder' },
    workspace: { type: 'string', alias: 'w', description: 'Only documents of the workspace with this slug' },
  },
  examples: [
    'documents list',
    'documents list --workspace staff',
    `$ keyward documents list --output json | jq -r '.items[].location'`,
  ],
  send: async (client, { folder, workspace }) => {
    const members = workspace === undefined ? undefined : (await membersOf({ client, workspace })).all;
    const all = await documentsIn(client, folder);
    const items = all.filter(({ location }) => members?.has(location) ?? true);
    return { items, next_cursor: null };
  },
  isList: true,
  table: ({ items }) => [
    tableOf(items, {
      ...fields('location', 'title', 'words'),
      embedded: embeddedCell,
      source: ({ source }) => source,
    }),
    ...linesOf(items),
  ],
});

export const remove = request({
  args: {
    location: { type: 'positional', description: 'folder/name from keyward documents list', required: true },
  },
  repeatsLast: true,
  examples: [
    'documents remove custom-documents/report.pdf-6f1c.json',
    'documents remove custom-documents/report.pdf-6f1c.json --yes',
  ],
  notes: 'From one workspace only: keyward workspaces remove-document.',
  parse: (_args, context) => context.all('location'),
  asks: (names) =>
    `Remove ${names.length === 1 ? names[0] : counted(names.length, 'document')} from every workspace?`,
  send: async (client, names) => {
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
