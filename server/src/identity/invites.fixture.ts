import type { TestServer } from '../../test/server.ts';
import { nextId } from '../storage/index.ts';
import { insertInvite } from './invites.ts';
import { newCode } from './login/codes.ts';

/** Invites that were disabled, without the record of each. */
export const addInvites = ({ app: { core } }: TestServer, count: number): Promise<void> =>
  core.storage.transaction(async (tx) => {
    const rest = {
      claimedBy: null,
      workspaceIds: [],
      createdBy: 0,
      madeBy: null,
      createdAt: 1,
      updatedAt: 1,
    };
    for (let at = 0; at < count; at++)
      await insertInvite(tx, core.identity, {
        ...rest,
        id: await nextId(tx, 'invites'),
        code: newCode(),
        status: 'disabled',
      });
  });
