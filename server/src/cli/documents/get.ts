import { unwrap } from '@keyward/sdk';
import { CliError, EXIT } from '../exit.ts';
import { request } from '../request.ts';
import { documentsIn } from './stored.ts';

export const get = request({
  args: {
    location: {
      type: 'positional',
      description: 'folder/name from keyward documents list, or the name',
      required: true,
    },
  },
  examples: ['documents get custom-documents/report.pdf-6f1c.json'],
  notes: 'Its record, without its text.',
  send: async (client, { location: named }) => {
    const found = (await documentsIn(client)).find(
      ({ location }) => location === named || nameOf(location) === named,
    );
    if (found === undefined) {
      throw new CliError('There is no document of this name.', {
        exitCode: EXIT.notFound,
        hint: 'keyward documents list shows all documents.',
      });
    }
    const params = { path: { docName: nameOf(found.location) } };
    const { document } = await unwrap(client.GET('/v1/document/{docName}', { params }));
    return { location: found.location, ...document };
  },
});

const nameOf = (location: string): string => location.slice(location.indexOf('/') + 1);
