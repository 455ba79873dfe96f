import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../server/test/server.ts';
import { startWrapper } from '../../test/wrapper.ts';

describeOnServer('sqlite', 'the workspaces of the wrapper', (start) => {
  let keyward: TestServer;

  beforeAll(async () => {
    keyward = await start();
    for (const name of ['Ferries', 'Salaries'])
      await keyward.request('POST', '/api/v1/workspace/new', { body: { name } });
  });

  test('a query lists the workspaces with one request upstream', async () => {
    const wrapper = await startWrapper(`${keyward.url}/api`);
    const answer = await wrapper.ask('{ workspaces { totalCount nodes { slug name chatMode } } }', {
      key: keyward.adminKey,
    });
    expect(answer).toMatchObject({ status: 200, data: { workspaces: { totalCount: 2 } } });
    expect(wrapper.upstream).toHaveLength(1);
  });
});
