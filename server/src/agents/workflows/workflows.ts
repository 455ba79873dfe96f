import { decide, holdsScope, scopeRefusal, type Caller, type Scope } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import { invalidField, KeywardError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { pageOf, readPlace, type Page } from '../../base/page.ts';
import { refuseModels } from '../../jobs/index.ts';
import type { AgentsContext } from '../context.ts';
import * as store from '../store/workflow-store.ts';
import type { WorkflowRow } from '../store/tables.ts';
import { checkedSteps } from './graph.ts';
import { DEFAULT_STEP, type Step, type WorkflowInput } from './workflow.ts';

/** Of one owner. */
const WORKFLOWS_MAX = 10_000;

export interface WorkflowView {
  workflow_id: string;
  name: string;
  description: string;
  steps: Omit<Step, 'worker'>[];
  created_at: string;
  updated_at: string;
}

export const viewOfWorkflow = (row: WorkflowRow): WorkflowView => ({
  workflow_id: row.id,
  name: row.name,
  description: row.description,
  steps: JSON.parse(row.steps) as Step[],
  created_at: isoTime(row.created_at),
  updated_at: isoTime(row.updated_at),
});

/** @throws KeywardError `insufficient_scope` */
export function refuseWithout(caller: Caller, scope: Scope): void {
  if (!holdsScope(caller, scope)) throw scopeRefusal(caller, scope);
}

/** @throws KeywardError for a search in a workspace that does not exist for the key */
async function refuseUncovered(
  { workspaces }: AgentsContext,
  caller: Caller,
  steps: readonly Step[],
): Promise<void> {
  for (const [at, { type, workspace }] of steps.entries()) {
    if (type !== 'retrieve') continue;
    refuseWithout(caller, 'workspaces:chat');
    if ((await workspaces.findCovered(caller, workspace ?? '')) === undefined)
      throw invalidField(`steps[${at}].workspace`, 'names no workspace that this key covers');
  }
}

/** The key must hold itself what its steps do: they are carried out with it. @throws KeywardError */
export async function refuseExecution(
  context: AgentsContext,
  caller: Caller,
  steps: readonly Step[],
): Promise<void> {
  await refuseUncovered(context, caller, steps);
  for (const { type, model } of steps) {
    if (type === 'retrieve') continue;
    refuseWithout(caller, 'jobs:submit');
    refuseModels(caller.selectors, model === null ? [] : [model]);
  }
}

/** A key that is bound to workspaces does not see what was found in others. */
export const seesAll = (caller: Caller, { workspaces }: { workspaces: string }): boolean =>
  (JSON.parse(workspaces) as string[]).every(
    (id) => decide(caller, { resource: { type: 'workspace', id } }).allowed,
  );

export const slugsOf = (steps: readonly Step[]): string[] => [
  ...new Set(steps.flatMap(({ workspace }) => workspace ?? [])),
];

/** @throws KeywardError `not_found`, also for the workflow of another owner */
export async function findOwnWorkflow(
  { storage }: Pick<AgentsContext, 'storage'>,
  caller: Caller,
  id: string,
): Promise<WorkflowRow> {
  const row = await store.findWorkflow(storage.db, caller.ownerId, id);
  if (row === undefined || !seesAll(caller, row))
    throw new KeywardError('not_found', 'There is no such workflow.', {
      hint: 'GET /v1/agents/workflows lists your workflows.',
    });
  return row;
}

async function contentOf(
  context: AgentsContext,
  caller: Caller,
  { name, description, steps }: WorkflowInput,
) {
  const complete = checkedSteps(steps ?? [DEFAULT_STEP]);
  await refuseUncovered(context, caller, complete);
  return {
    name,
    description: description ?? '',
    steps: JSON.stringify(complete),
    workspaces: JSON.stringify(slugsOf(complete)),
    updated_at: context.clock.nowMs(),
  };
}

/** @throws KeywardError `invalid_input`, `insufficient_scope`, `conflict` */
export async function createWorkflow(
  context: AgentsContext,
  caller: Caller,
  input: WorkflowInput,
): Promise<WorkflowRow> {
  const content = await contentOf(context, caller, input);
  return context.audit.change({ kind: 'key', caller }, async (tx) => {
    if ((await store.countWorkflows(tx, caller.ownerId, WORKFLOWS_MAX)) >= WORKFLOWS_MAX)
      throw new KeywardError('conflict', `This owner has ${WORKFLOWS_MAX} workflows, the maximum.`, {
        hint: 'Delete some: DELETE /v1/agents/workflows/{id}.',
      });
    const row = { id: newId('wfl'), owner_id: caller.ownerId, created_at: content.updated_at, ...content };
    await store.insertWorkflow(tx, row);
    return { result: row, entry: entryOf('agents.create', row) };
  });
}

/** Executions that run keep the steps that they began with. */
export async function replaceWorkflow(
  context: AgentsContext,
  caller: Caller,
  { id, input }: { id: string; input: WorkflowInput },
): Promise<WorkflowRow> {
  const known = await findOwnWorkflow(context, caller, id);
  const content = await contentOf(context, caller, input);
  return context.audit.change({ kind: 'key', caller }, async (tx) => {
    const row = await store.updateWorkflow(tx, known.id, content);
    return row === undefined
      ? { result: await findOwnWorkflow(context, caller, id) }
      : { result: row, entry: entryOf('agents.update', row) };
  });
}

/** Its executions stay. */
export async function removeWorkflow(context: AgentsContext, caller: Caller, id: string): Promise<void> {
  const row = await findOwnWorkflow(context, caller, id);
  await context.audit.change({ kind: 'key', caller }, async (tx) => {
    await store.deleteWorkflow(tx, row.id);
    return { result: undefined, entry: entryOf('agents.delete', row) };
  });
}

const entryOf = (action: string, { id, name }: WorkflowRow) => ({ action, target: id, details: { name } });

export async function listWorkflows(
  { storage }: Pick<AgentsContext, 'storage'>,
  caller: Caller,
  { limit = 50, cursor }: { limit?: number | undefined; cursor?: string | undefined },
): Promise<Page<WorkflowView>> {
  const after = readPlace(cursor);
  const rows = await store.pageOfWorkflows(storage.db, { ownerId: caller.ownerId, after, limit: limit + 1 });
  const { items, next_cursor } = pageOf(rows, limit, (last) => [last.created_at, last.id]);
  return { items: items.filter((row) => seesAll(caller, row)).map(viewOfWorkflow), next_cursor };
}
