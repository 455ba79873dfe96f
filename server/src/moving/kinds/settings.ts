import { readPreferences, type SettingChange } from '../../settings/index.ts';
import type { Db } from '../../storage/index.ts';
import type { SourceRow } from '../source-row.ts';
import type { Move, Prepared, Step, Thing } from '../step.ts';

/** Labels that decide how the installation is used, and are taken in another way or not at all. */
const ELSEWHERE: Record<string, string> = {
  multi_user_mode: 'it is turned on with the users that come',
  telemetry_id: 'nothing is reported to anybody here',
};

/** Not the values: what is set may be a secret. */
export const settings: Step<SourceRow, Record<string, SettingChange>> = {
  kind: 'setting',
  count: (source) => source.count('system_settings'),
  things: function* (source) {
    for (const row of source.rows('system_settings')) {
      const label = row.filled('label') ?? 'without a name';
      yield { sourceId: label, ref: label, label, row };
    }
  },
  prepare,
  write: async (tx, change, move) => {
    await move.settings.set(tx, change);
    return Object.keys(change)[0] ?? '';
  },
};

async function prepare(
  db: Db,
  { row, label }: Thing<SourceRow>,
  move: Move,
): Promise<Prepared<Record<string, SettingChange>>> {
  const value = row.filled('value');
  const elsewhere = ELSEWHERE[label];
  if (elsewhere !== undefined) return { left: elsewhere };
  if (value === undefined) return { left: 'it is not set' };
  // What cannot be read comes to nothing: it would be refused here, too.
  const read = readPreferences({ [label]: value });
  if ('tooLong' in read) return { left: 'it is too long' };
  const change = read.changes[label];
  if (change === undefined || change.value === null) return { left: 'there is no such setting here' };
  if (await move.settings.isSet(label, db)) return { left: 'it is set here already' };
  return { ready: { [label]: change } };
}
