import { worthOf, type Actor, type Left } from '../access/index.ts';
import { subjectOfUser, SUBJECT_OF_MEMBERS, type Memberships } from '../identity/index.ts';
import { refuseExcess } from '../keys/index.ts';
import type { Change } from '../nodes/index.ts';
import type { WorkspacesContext } from './context.ts';
import { isUnbound, type Viewer } from './coverage.ts';
import * as store from './store/member-store.ts';
import type { Membership } from './store/rows.ts';
import * as workspaces from './store/workspace-store.ts';
import { targetOf, type Workspace } from './workspace.ts';

interface WorkspaceUser {
  id: number;
  role: string;
}

/** The members of workspaces in multi-user mode. Administrators and managers use all workspaces. */
export class Members {
  readonly #context: WorkspacesContext;

  constructor(context: WorkspacesContext) {
    this.#context = context;
  }

  of(workspaceId: number): Promise<Membership[]> {
    return store.membersOf(this.#context.storage.db, workspaceId);
  }

  /** The workspaces of a session: of its user, or all of them where there is no user (null). */
  workspacesFor(user: WorkspaceUser | null): Promise<Workspace[]> {
    const { db } = this.#context.storage;
    return seesAll(user) ? workspaces.listWorkspaces(db, 'everything') : store.workspacesOf(db, user.id);
  }

  /** @returns undefined where the session has no such workspace. */
  async workspaceFor(user: WorkspaceUser | null, slug: string): Promise<Workspace | undefined> {
    const { db } = this.#context.storage;
    const workspace = await workspaces.findBySlug(db, slug);
    if (workspace === undefined || seesAll(user)) return workspace;
    return (await store.isMember(db, workspace.id, user.id)) ? workspace : undefined;
  }

  /**
   * The users that exist for a key. For a key that is bound to workspaces: their members, and users of the role default in
   * no workspace, so that it can add them. Guarded by workspace-users.test.ts.
   */
  async visibleTo(viewer: Viewer): Promise<(user: WorkspaceUser) => boolean> {
    if (isUnbound(viewer)) return () => true;
    const { db } = this.#context.storage;
    const inside = await store.memberIds(db, viewer);
    const anywhere = await store.memberIds(db, 'everything');
    return ({ id, role }) => inside.has(id) || (role === 'default' && !anywhere.has(id));
  }

  /**
   * Adds users, or makes them the only members; the caller has checked that they exist. A member chats without a budget, so
   * an actor who gives or takes that must hold it. Guarded by workspace-users.test.ts and gifts.test.ts. Resolves when the
   * running requests of removed users have ended on every node: lost-rights.test.ts.
   * @returns whether the workspace still exists. @throws KeywardError `scope_escalation`
   */
  change(
    actor: Actor,
    { id, slug }: Pick<Workspace, 'id' | 'slug'>,
    { userIds, replace }: { userIds: readonly number[]; replace: boolean },
  ): Promise<boolean> {
    refuseExcess(actor, worthOf({ kind: 'user', role: 'default', workspaces: [slug] }));
    return this.#context.audit.change<boolean>(actor, async (tx) => {
      if (!(await workspaces.holdWorkspace(tx, id))) return { result: false };
      const former = replace ? await store.removeMembers(tx, id) : [];
      await store.addMembers(tx, { workspaceId: id, userIds, at: this.#context.clock.nowMs() });
      const details = { slug, user_ids: userIds.slice(0, RECORDED_IDS_MAX), users: userIds.length, replace };
      const entry = { action: 'workspaces.members', target: `workspace:${id}`, details };
      return { result: true, entry, change: accessEnds(id, former, userIds) };
    });
  }
}

/** The part of this module that `identity` needs. */
export const memberships: Memberships = {
  of: async (db, userId) => (await store.workspacesOf(db, userId)).map(({ slug }) => slug),
  named: (db, ids) => store.slugsOf(db, ids),
  join: async (tx, { userId, workspaceIds, at }) => {
    // In the order of their ids: two users who join the same workspaces must not wait for each other.
    for (const workspaceId of [...new Set(workspaceIds)].sort((a, b) => a - b)) {
      if (!(await workspaces.holdWorkspace(tx, workspaceId))) continue;
      await store.addMembers(tx, { workspaceId, userIds: [userId], at });
    }
  },
  forget: store.forgetUser,
};

/** More changes in a transaction would make others wait. */
const ENDED_ONE_BY_ONE_MAX = 100;

/**
 * Ends the running requests in the workspace of users who were members and are not any more; where there are very many, of
 * all such users. A request that has not told its workspace yet ends too.
 */
function accessEnds(
  workspaceId: number,
  former: readonly number[],
  present: readonly number[],
): readonly Change[] {
  const stays = new Set(present);
  const removed = former.filter((id) => !stays.has(id));
  const subjects =
    removed.length > ENDED_ONE_BY_ONE_MAX ? [SUBJECT_OF_MEMBERS] : removed.map((id) => subjectOfUser(id));
  const left: Left = { notIn: targetOf({ id: workspaceId }) };
  const rights = JSON.stringify(left);
  return subjects.map((subject) => ({ kind: 'access', subject, ends: true, rights }));
}

/** An audit record has room for so many. */
const RECORDED_IDS_MAX = 500;

const seesAll = (user: WorkspaceUser | null): user is null => user === null || user.role !== 'default';
