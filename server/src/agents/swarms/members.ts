import { holdsScope, type Caller } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import { findOwnWorker, findWorkers, stateOf, type WorkerRow, type WorkerState } from '../../jobs/index.ts';
import type { Db } from '../../storage/index.ts';
import type { AgentsContext } from '../context.ts';
import * as store from '../store/member-store.ts';
import type { MemberRow } from '../store/tables.ts';

export const DEFAULT_SWARM = 'default';
export const PRIORITIES = ['low', 'normal', 'high'] as const;
export type Priority = (typeof PRIORITIES)[number];

const MEMBERS_MAX = 1_000;
/** Of one worker. */
const SWARMS_MAX = 20;
/** Memberships that the list of all swarms counts. */
export const SWARM_MEMBERS_LIST_MAX = 10_000;

export interface JoinInput {
  role: string;
  capability: string;
  region?: string | undefined;
  priority?: Priority | undefined;
  swarm_id?: string | undefined;
}

export interface MemberView {
  worker_id: string;
  name: string;
  owner_id: string;
  role: string;
  capability: string;
  region: string | null;
  priority: Priority;
  state: WorkerState;
  joined_at: string;
}

/** A member whose worker exists. */
export interface Member {
  row: MemberRow;
  worker: WorkerRow;
  state: WorkerState;
}

const viewOfMember = ({ row, worker, state }: Member): MemberView => ({
  worker_id: row.worker_id,
  name: worker.name,
  owner_id: row.owner_id,
  role: row.role,
  capability: row.capability,
  region: row.region,
  priority: PRIORITIES[row.priority] ?? 'normal',
  state,
  joined_at: isoTime(row.joined_at),
});

/** @throws KeywardError `worker_not_found`, `conflict` where a maximum is reached */
export async function join(
  context: AgentsContext,
  caller: Caller,
  { worker: named, input }: { worker: string; input: JoinInput },
): Promise<MemberView & { swarm_id: string }> {
  const { swarm_id: swarmId = DEFAULT_SWARM, role, capability, region, priority = 'normal' } = input;
  const worker = await findOwnWorker(context.jobs, caller, named);
  const nowMs = context.clock.nowMs();
  const row = await context.audit.change({ kind: 'key', caller }, async (tx) => {
    await prune(tx, swarmId);
    const swarms = await store.swarmsOfWorker(tx, worker.id);
    const isNew = !swarms.includes(swarmId);
    if (isNew && swarms.length >= SWARMS_MAX)
      throw new KeywardError('conflict', `The worker is in ${SWARMS_MAX} swarms, the maximum.`, {
        hint: 'Leave one: POST /v1/swarm/{id}/leave.',
      });
    if (isNew && (await store.membersOf(tx, swarmId, MEMBERS_MAX)).length >= MEMBERS_MAX)
      throw new KeywardError('conflict', `The swarm has ${MEMBERS_MAX} members, the maximum.`);
    const member = await store.putMember(tx, {
      swarm_id: swarmId,
      worker_id: worker.id,
      owner_id: caller.ownerId,
      key_id: caller.keyId,
      role,
      capability,
      region: region ?? worker.region,
      priority: PRIORITIES.indexOf(priority),
      joined_at: nowMs,
    });
    const entry = { action: 'swarm.join', target: worker.id, details: { swarm: swarmId } };
    return { result: member, ...(isNew && { entry }) };
  });
  return { swarm_id: swarmId, ...viewOfMember({ row, worker, state: stateOf(worker, nowMs) }) };
}

/** Members whose workers are gone. */
async function prune(tx: Db, swarmId: string): Promise<void> {
  const ids = (await store.membersOf(tx, swarmId, MEMBERS_MAX)).map(({ worker_id: id }) => id);
  const known = new Set((await findWorkers(tx, ids)).map(({ id }) => id));
  await store.deleteMembers(tx, { workerIds: ids.filter((id) => !known.has(id)), swarmId });
}

/**
 * Its waiting tasks end at once; what it works on goes on.
 * @param swarmId undefined: all swarms. @throws KeywardError `worker_not_found`, `not_found` where it is no member
 */
export async function leaveSwarm(
  context: AgentsContext,
  caller: Caller,
  { worker: named, swarmId }: { worker: string; swarmId: string | undefined },
): Promise<{ worker_id: string; left: string[] }> {
  if (swarmId !== undefined && (await store.membersOf(context.storage.db, swarmId, 1)).length === 0)
    throw noSwarm();
  const { id } = await findOwnWorker(context.jobs, caller, named);
  const left = await context.audit.change({ kind: 'key', caller }, async (tx) => {
    const swarms = (await store.swarmsOfWorker(tx, id)).filter(
      (one) => swarmId === undefined || one === swarmId,
    );
    if (swarms.length === 0 && swarmId !== undefined)
      throw new KeywardError('not_found', 'The worker is no member of this swarm.');
    await store.deleteMembers(tx, { workerIds: [id], swarmId });
    const entry = { action: 'swarm.leave', target: id, details: { swarms } };
    return { result: swarms, ...(swarms.length > 0 && { entry }) };
  });
  return { worker_id: id, left };
}

/**
 * A worker is a member as long as the key that it joined with may join: of a key that has ended, or lost `swarm:join`, nothing
 * remains. Another key of the owner may join it again.
 */
export async function endMemberships(context: AgentsContext): Promise<void> {
  const { storage, audit, jobs } = context;
  const keyIds = await store.keysOfMembers(storage.db);
  const mayNotJoin = async (db: Db): Promise<string[]> =>
    [...(await jobs.submitters.callers(db, keyIds))].flatMap(([id, caller]) =>
      caller !== undefined && holdsScope(caller, 'swarm:join') ? [] : [id],
    );
  if (keyIds.length === 0 || (await mayNotJoin(storage.db)).length === 0) return;
  await audit.change({ kind: 'system' }, async (tx) => {
    const left: MemberRow[] = [];
    for (const id of await mayNotJoin(tx)) left.push(...(await store.deleteMembersOfKey(tx, id)));
    const entry = [...Map.groupBy(left, ({ worker_id: id }) => id)].map(([target, rows]) => ({
      action: 'swarm.leave',
      target,
      details: { swarms: rows.map(({ swarm_id: id }) => id) },
    }));
    return { result: undefined, entry };
  });
}

const withWorkers = async (
  { storage, clock }: Pick<AgentsContext, 'storage' | 'clock'>,
  rows: readonly MemberRow[],
): Promise<Member[]> => {
  const ids = [...new Set(rows.map(({ worker_id: id }) => id))];
  const workers = new Map((await findWorkers(storage.db, ids)).map((worker) => [worker.id, worker]));
  const nowMs = clock.nowMs();
  return rows.flatMap((row) => {
    const worker = workers.get(row.worker_id);
    return worker === undefined ? [] : [{ row, worker, state: stateOf(worker, nowMs) }];
  });
};

/** In the order in which they joined. */
export const membersNow = async (
  context: Pick<AgentsContext, 'storage' | 'clock'>,
  swarmId: string,
): Promise<Member[]> => withWorkers(context, await store.membersOf(context.storage.db, swarmId, MEMBERS_MAX));

export interface SwarmView {
  swarm_id: string;
  members: number;
  online: number;
  capabilities: string[];
}

/** `hasMore`: there are more memberships; the last swarm may be counted in part. */
export async function listSwarms(context: AgentsContext): Promise<{ swarms: SwarmView[]; hasMore: boolean }> {
  const found = await store.allMembers(context.storage.db, SWARM_MEMBERS_LIST_MAX + 1);
  const members = await withWorkers(context, found.slice(0, SWARM_MEMBERS_LIST_MAX));
  const swarms = [...Map.groupBy(members, ({ row }) => row.swarm_id)].map(([id, all]) => ({
    swarm_id: id,
    members: all.length,
    online: all.filter(({ state }) => state === 'online').length,
    capabilities: [...new Set(all.map(({ row }) => row.capability))].toSorted(),
  }));
  return { swarms, hasMore: found.length > members.length };
}

/** @throws KeywardError `not_found` for one without members */
export async function statusOfSwarm(
  context: AgentsContext,
  swarmId = DEFAULT_SWARM,
): Promise<{ swarm_id: string; online: number; members: MemberView[] }> {
  const members = await membersNow(context, swarmId);
  if (members.length === 0) throw noSwarm();
  const online = members.filter(({ state }) => state === 'online').length;
  return { swarm_id: swarmId, online, members: members.map(viewOfMember) };
}

export const noSwarm = (): KeywardError =>
  new KeywardError('not_found', 'There is no such swarm: no worker has joined it.', {
    hint: 'A worker joins it: POST /v1/swarm/join.',
  });
