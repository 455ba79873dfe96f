import type { EndReport } from '../../bootstrap/index.ts';
import type { Context } from '../command.ts';
import { say } from '../io.ts';
import { print, tableOf, type OutputChoice } from '../output.ts';
import { overPhases, type Choice } from './open.ts';
import { exitCodeOf } from './outcome.ts';

/** Shows what would be ended, or ends it with `--yes`: derived keys first. */
export async function endKeys(
  choice: Choice & OutputChoice & { yes?: boolean | undefined },
  context: Context,
  verb: 'gc' | 'destroy',
): Promise<number> {
  const isDryRun = choice.yes !== true;
  const reports = await overPhases(
    { ...choice, isReversed: true, reportAs: isDryRun ? undefined : verb },
    context,
    (bootstrap, ids) => bootstrap[verb](ids, isDryRun),
  );
  const columns = {
    id: ({ id }: EndReport) => id,
    revoked: ({ revoked }: EndReport) => revoked.join(', ') || null,
    removed: ({ removed }: EndReport) => removed.join(', ') || null,
    left: ({ left }: EndReport) => left.join(', ') || null,
    reason: ({ reason }: EndReport) => reason,
  };
  await print(context, choice, {
    value: { dry_run: isDryRun, keys: reports },
    table: () => tableOf(reports, columns),
  });
  if (isDryRun && reports.some(({ revoked, removed }) => revoked.length + removed.length > 0))
    say(context.io, 'Nothing was done. To do it, repeat the command with --yes.');
  const unfinished = reports.filter(({ reason }) => reason !== undefined);
  return exitCodeOf(unfinished.map((report) => ({ ...report, action: 'failed' })));
}
