import { worthOf, type Actor } from '../access/index.ts';
import type { Memberships } from '../identity/index.ts';
import { refuseExcess } from '../keys/index.ts';
import type { Db } from '../storage/index.ts';
import type { WorkspacesContext } from './context.ts';
import { isUnbound, type Viewer } from './coverage.ts';
import * as store from './store/member-store.ts';
import type { Membership } from './store/rows.ts';
import * as workspaces from './store/workspace-store.ts';
import type { Workspace } from './workspace.ts';

/** Of a user, what decides which workspaces there are for them. */
export interface WorkspaceUser {
  id: number;
  role: string;
}

/** Who may use which workspaces in multi-user mode. Administrators and managers use all of them. */
export class Members {
  readonly #context: WorkspacesContext;

  constructor(context: WorkspacesContext) {
    this.#context = context;
  }

  of(workspaceId: number, db: Db = this.#context.storage.db): Promise<Membership[]> {
    return store.membersOf(db, workspaceId);
  }

  /** The workspaces of a session: of a user, or all of them where nobody in particular is logged in (null). */
  workspacesFor(user: WorkspaceUser | null, db: Db = this.#context.storage.db): Promise<Workspace[]> {
    return seesAll(user) ? workspaces.listWorkspaces(db, 'everything') : store.workspacesOf(db, user.id);
  }

  /** @returns undefined where there is no such workspace for the session. */
  async workspaceFor(
    user: WorkspaceUser | null,
    slug: string,
    db: Db = this.#context.storage.db,
  ): Promise<Workspace | undefined> {
    const workspace = await workspaces.findBySlug(db, slug);
    if (workspace === undefined || seesAll(user)) return workspace;
    return (await store.isMember(db, workspace.id, user.id)) ? workspace : undefined;
  }

  /**
   * Which users there are for a key. For one that is bound to workspaces: their members, and users of the role default who are
   * in no workspace yet, so that it can let them in. Guarded by workspace-users.test.ts.
   */
  async visibleTo(
    viewer: Viewer,
    db: Db = this.#context.storage.db,
  ): Promise<(user: WorkspaceUser) => boolean> {
    if (isUnbound(viewer)) return () => true;
    const inside = await store.memberIds(db, viewer);
    const anywhere = await store.memberIds(db, 'everything');
    return ({ id, role }) => inside.has(id) || (role === 'default' && !anywhere.has(id));
  }

  /**
   * Adds users, or makes them the only ones. Whoever calls has looked which users there are. A member chats without a
   * budget: whoever gives or takes that must hold it. Guarded by workspace-users.test.ts and gifts.test.ts.
   * @returns whether the workspace is still there. @throws KeywardError `scope_escalation`
   */
  change(
    actor: Actor,
    workspace: Pick<Workspace, 'id' | 'slug'>,
    { userIds, replace }: { userIds: readonly number[]; replace: boolean },
  ): Promise<boolean> {
    refuseExcess(actor, worthOf({ kind: 'user', role: 'default', workspaces: [workspace.slug] }));
    return this.#context.audit.change<boolean>(actor, async (tx) => {
      const { id, slug } = workspace;
      if (!(await workspaces.holdWorkspace(tx, id))) return { result: false };
      if (replace) await store.removeMembers(tx, id);
      await store.addMembers(tx, { workspaceId: id, userIds, at: this.#context.clock.nowMs() });
      const details = { slug, user_ids: userIds.slice(0, RECORDED_IDS_MAX), users: userIds.length, replace };
      return {
        result: true,
        entry: { action: 'workspaces.members', target: `workspace:${id}`, details },
      };
    });
  }
}

/** What the module `identity` needs of this one. */
export const memberships: Memberships = {
  of: async (db, userId) => (await store.workspacesOf(db, userId)).map(({ slug }) => slug),
  named: (db, ids) => store.slugsOf(db, ids),
  join: async (tx, { userId, workspaceIds, at }) => {
    // In the order of their ids: two who join the same ones must not wait for each other.
    for (const workspaceId of [...new Set(workspaceIds)].sort((a, b) => a - b)) {
      if (!(await workspaces.holdWorkspace(tx, workspaceId))) continue;
      await store.addMembers(tx, { workspaceId, userIds: [userId], at });
    }
  },
  forget: store.forgetUser,
};

/** An audit record has room for so many. */
const RECORDED_IDS_MAX = 500;

const seesAll = (user: WorkspaceUser | null): user is null => user === null || user.role !== 'default';
