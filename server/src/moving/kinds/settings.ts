import { readPreferences, type SettingChange } from '../../settings/index.ts';
import type { Db } from '../../storage/index.ts';
import { bringVariable, hasVariable, isVariableName, type ImportedVariable } from '../../workspaces/index.ts';
import type { SourceRow } from '../source-row.ts';
import { rowStep, type Move, type Prepared, type Step, type Thing } from '../step.ts';

/** Labels that are not settings here. */
const ELSEWHERE: Record<string, string> = {
  multi_user_mode: 'it is turned on with the imported users',
  telemetry_id: 'Keyward sends no telemetry',
};

/** The report shows labels only: a value may be a secret. */
export const settings: Step<SourceRow, Record<string, SettingChange>> = {
  kind: 'setting',
  table: 'system_settings',
  count: (source) => source.count('system_settings'),
  things: function* (source) {
    for (const row of source.rows('system_settings')) {
      const label = row.filled('label') ?? 'without a name';
      yield { sourceId: label, ref: label, label, row };
    }
  },
  prepare: prepareSetting,
  write: async (tx, change, move) => {
    await move.settings.set(tx, change);
    return Object.keys(change)[0] ?? '';
  },
};

async function prepareSetting(
  { row, label }: Thing<SourceRow>,
  move: Move,
  db: Db,
): Promise<Prepared<Record<string, SettingChange>>> {
  const value = row.filled('value');
  const elsewhere = ELSEWHERE[label];
  if (elsewhere !== undefined) return { left: elsewhere };
  if (value === undefined) return { left: 'it is not set' };
  const read = readPreferences({ [label]: value });
  if ('tooLong' in read) return { left: 'it is too long' };
  const change = read.changes[label];
  if (change === undefined || change.value === null)
    return { left: 'there is no such setting here, or its value is invalid' };
  if (await move.settings.isSet(label, db)) return { left: 'it is set here already' };
  return { ready: { [label]: change } };
}

export const promptVariables = rowStep<ImportedVariable>({
  kind: 'prompt variable',
  table: 'system_prompt_variables',
  named: 'key',
  prepare: prepareVariable,
  write: bringVariable,
});

async function prepareVariable(
  { row }: Thing<SourceRow>,
  move: Move,
  db: Db,
): Promise<Prepared<ImportedVariable>> {
  const name = row.filled('key');
  if (name === undefined || !isVariableName(name)) return { left: 'its name is not allowed here' };
  if ((row.text('type') ?? 'static') !== 'static')
    return { left: 'AnythingLLM computes it: it is not a text' };
  const claim = `prompt variable ${name.toLowerCase()}`;
  if (move.claimed.has(claim) || (await hasVariable(db, name)))
    return { left: 'a variable here has its name' };
  move.claimed.add(claim);
  const createdAt = row.time('createdAt') ?? move.clock.nowMs();
  return {
    ready: {
      name,
      value: row.text('value') ?? '',
      description: row.filled('description') ?? null,
      isSecret: false,
      createdAt,
      updatedAt: row.time('updatedAt') ?? createdAt,
    },
  };
}
