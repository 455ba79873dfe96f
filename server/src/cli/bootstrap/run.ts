import type { KeyReport, KeyStatus } from '../../bootstrap/index.ts';
import type { Context } from '../command.ts';
import { EXIT } from '../exit.ts';
import { fields, print, tableOf, type OutputChoice } from '../output.ts';
import { overPhases, type Choice, type Reported } from './open.ts';
import { exitCodeOf, sayProblems } from './outcome.ts';

/** As Terraform's `plan -detailed-exitcode`. */
export const CHANGES_PLANNED = 2;

export async function planKeys(
  choice: Choice & { 'detailed-exitcode'?: boolean | undefined },
  context: Context,
): Promise<number> {
  const reports = await overPhases(choice, context, (bootstrap, ids) => bootstrap.plan(ids));
  await showKeys(reports, choice, context);
  const failed = reports.filter(({ action }) => action === 'failed');
  if (failed.length > 0) return exitCodeOf(failed);
  const isInStep = reports.every(({ action }) => action === 'none');
  return choice['detailed-exitcode'] === true && !isInStep ? CHANGES_PLANNED : EXIT.ok;
}

export async function applyKeys(choice: Choice, context: Context): Promise<number> {
  const reports = await overPhases({ ...choice, reportAs: 'apply' }, context, (bootstrap, ids) =>
    bootstrap.apply(ids),
  );
  await showKeys(reports, choice, context);
  return exitCodeOf(reports);
}

export async function showStatus(choice: Choice, context: Context): Promise<number> {
  const all = await statusOf({ ...choice, reportAs: 'status' }, context);
  return exitCodeOf(all.filter(({ action }) => action === 'failed'));
}

/** Also asks whether the rights for `apply` are still there. */
export async function verifyKeys(choice: Choice, context: Context): Promise<number> {
  const all = await statusOf({ ...choice, reportAs: 'verify' }, context, { withRights: true });
  const failed = all.filter(({ action }) => action === 'failed');
  if (failed.length > 0) return exitCodeOf(failed);
  return all.every(({ action, reason }) => action === 'none' && reason === undefined)
    ? EXIT.ok
    : EXIT.failure;
}

async function statusOf(
  choice: Choice & Reported,
  context: Context,
  { withRights = false } = {},
): Promise<KeyStatus[]> {
  const all = await overPhases(choice, context, async (bootstrap, ids) => {
    if (withRights) await bootstrap.preflight('apply', ids);
    return bootstrap.status(ids);
  });
  const columns = {
    id: ({ id }: KeyStatus) => id,
    state: ({ action, reason }: KeyStatus) => reason ?? (action === 'none' ? 'in step' : action),
    ...fields('verdict', 'stored_from', 'stored_at', 'place'),
  };
  await print(context, choice, { value: { keys: all }, table: () => tableOf(all, columns) });
  return all;
}

export async function showKeys(
  reports: readonly KeyReport[],
  choice: OutputChoice,
  context: Context,
): Promise<void> {
  const columns = fields('id', 'action', 'source', 'place', 'reason');
  await print(context, choice, { value: { keys: reports }, table: () => tableOf(reports, columns) });
  sayProblems(reports, context);
}
