import assert from 'node:assert/strict';
import { graphql } from '../graphql.ts';
import type { SmokeReport } from './report.ts';
import type { Stack } from './stack.ts';

export const QUERY = '{ workspaces(first: 5) { totalCount nodes { slug name } } }';

/** The wrapper answers, and with the right key. */
export async function checkWrapper(report: SmokeReport, { settings, key }: Stack): Promise<void> {
  await report.check(
    'the wrapper answers a query without a key with its own, which it reads from OpenBao',
    async () => {
      const { status, data, codes } = await graphql(settings, QUERY);
      assert.deepEqual([status, codes], [200, []]);
      assert.match(JSON.stringify(data), /^\{"workspaces":\{"totalCount":\d+,/);
    },
  );
  await report.check("it answers a query with the caller's key", async () => {
    const { status, codes } = await graphql(settings, QUERY, key);
    assert.deepEqual([status, codes], [200, []]);
  });
  await report.check('it refuses a bad key, and does not answer it with its own', async () => {
    const { data, codes } = await graphql(settings, QUERY, 'sk-not-a-key-0123456789');
    assert.deepEqual([data, codes], [null, ['UNAUTHENTICATED']]);
  });
}
