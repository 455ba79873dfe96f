import { unwrap } from '@keyward/sdk';
import { tableOf } from './output.ts';
import { request } from './request.ts';

export const list = request({
  args: {},
  examples: ['models list'],
  send: async (client) => {
    const { data } = await unwrap(client.GET('/v1/models'));
    return { items: data, next_cursor: null };
  },
  isList: true,
  table: ({ items }) => tableOf(items, { model: ({ id }) => id, 'served by': ({ owned_by }) => owned_by }),
});
