import { expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { INVITES_LIST_MAX } from '../../identity/index.ts';
import { addInvites } from '../../identity/invites.fixture.ts';
import { enableUsers } from './identity.fixture.ts';

interface Listed {
  invites: { id: number }[];
  hasMore?: boolean;
}

describeOnBothServers('more invites than a list has', (start) => {
  test('the list of invites has the newest, and says that there are older ones', async () => {
    const server = await start();
    const session = await enableUsers(server);
    await addInvites(server, INVITES_LIST_MAX);
    const listed = async (path: string, key?: string): Promise<Listed> =>
      (await server.request<Listed>('GET', path, key === undefined ? {} : { key })).body;
    const whole = await listed('/v1/admin/invites');
    expect([whole.invites.length, whole.hasMore]).toEqual([INVITES_LIST_MAX, undefined]);
    await addInvites(server, 1);
    for (const cut of [await listed('/v1/admin/invites'), await listed('/api/admin/invites', session)]) {
      expect([cut.invites.length, cut.hasMore]).toEqual([INVITES_LIST_MAX, true]);
      expect(cut.invites.map(({ id }) => id)).not.toContain(whole.invites[0]?.id);
    }
  });
});
