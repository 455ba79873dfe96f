import { bringVariable, hasVariable, isVariableName, type ImportedVariable } from '../../workspaces/index.ts';
import type { Db } from '../../storage/index.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf, type Move, type Prepared, type Step, type Thing } from '../step.ts';

export const promptVariables: Step<SourceRow, ImportedVariable> = {
  kind: 'prompt variable',
  count: (source) => source.count('system_prompt_variables'),
  things: (source) => rowsOf(source, 'system_prompt_variables', 'key'),
  prepare,
  write: bringVariable,
};

async function prepare(db: Db, { row }: Thing<SourceRow>, move: Move): Promise<Prepared<ImportedVariable>> {
  const name = row.filled('key');
  if (name === undefined || !isVariableName(name))
    return { left: 'its name is none that variables have here' };
  if ((row.text('type') ?? 'static') !== 'static')
    return { left: 'it is computed by AnythingLLM, not a text of yours' };
  const claim = `prompt variable ${name.toLowerCase()}`;
  if (move.claimed.has(claim) || (await hasVariable(db, name)))
    return { left: 'there is one of this name here' };
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
