import type { RotationReport } from '../../bootstrap/index.ts';
import type { Context } from '../command.ts';
import { usageError } from '../exit.ts';
import { print, tableOf } from '../output.ts';
import { Progress } from '../progress.ts';
import { overPhases, type Choice } from './open.ts';
import { exitCodeOf, sayProblems } from './outcome.ts';

export async function rotateKeys(
  choice: Choice & { all?: boolean | undefined; unproved?: boolean | undefined },
  context: Context,
): Promise<number> {
  if ((choice.all === true) === context.all('only').length > 0)
    throw usageError('Say which keys get a new value.', { hint: 'Give --only ID, or --all.' });
  const startedMs = Date.now();
  const progress = new Progress(context.io);
  const onWait = (name: string, seconds: number) => progress.wait(name, seconds);
  const options = { startedMs, isUnproved: choice.unproved ?? false, onWait };
  const reports = await overPhases({ ...choice, reportAs: 'rotate' }, context, (bootstrap, ids) =>
    bootstrap.rotate(ids, options),
  );
  progress.end();
  const columns = {
    id: ({ id }: RotationReport) => id,
    action: ({ action }: RotationReport) => action,
    place: ({ place }: RotationReport) => place,
    revoked: ({ revoked }: RotationReport) => revoked.join(', ') || null,
    left: ({ left }: RotationReport) => left.join(', ') || null,
    reason: ({ reason }: RotationReport) => reason,
  };
  await print(context, choice, { value: { keys: reports }, table: () => tableOf(reports, columns) });
  sayProblems(reports, context);
  return exitCodeOf(reports);
}
