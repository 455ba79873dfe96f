import { expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { SESSIONS_LIST_MAX } from '../../identity/index.ts';
import { insertSession } from '../../identity/store/session-store.ts';
import { browserOf } from './browser.fixture.ts';

interface Listed {
  sessions: { id: string }[];
  has_more: boolean;
}

const DAY_MS = 86_400_000;

describeOnBothServers('a list of very many sessions', (start) => {
  test('it has the newest, and says whether there are others', async () => {
    const server = await start();
    await enableUsers(server);
    const admin = await browserOf(server, { username: 'admin', password: PASSWORD });
    const list = async (query = '') => (await admin.send<Listed>('GET', `/v1/sessions${query}`)).body;
    const { sessions: before, has_more } = await list('?all=true');
    expect(has_more).toBe(false);
    const fill = async (many: number, age: number): Promise<void> => {
      const at = Date.now() - age * DAY_MS;
      const times = { created_at: at, expires_at: at + 90 * DAY_MS, revoked_at: null, last_used_at: null };
      await server.app.core.storage.transaction(async (tx) => {
        for (let one = 0; one < many; one++) {
          const id = crypto.randomUUID();
          await insertSession(tx, {
            id,
            user_id: null,
            secret_id: null,
            ip: null,
            user_agent: null,
            ...times,
          });
        }
      });
    };
    await fill(SESSIONS_LIST_MAX - before.length, 1);
    const whole = await list('?all=true');
    expect([whole.sessions.length, whole.has_more]).toEqual([SESSIONS_LIST_MAX, false]);
    await fill(1, 2);
    const cut = await list('?all=true');
    expect(cut.has_more).toBe(true);
    expect(cut.sessions.map(({ id }) => id)).toEqual(whole.sessions.map(({ id }) => id));
    expect((await list()).has_more).toBe(false);
  });
});
