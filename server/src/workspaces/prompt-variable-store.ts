import type { Db } from '../storage/index.ts';
import { tables } from './rows.ts';
import type { VariableRow } from './rows.ts';

/** A variable of prompts that an administrator made. */
export interface PromptVariable {
  id: number;
  /** What stands between the braces. */
  name: string;
  value: string;
  description: string | null;
  /** ms since 1970. */
  createdAt: number;
  updatedAt: number;
}

const fromRow = (row: VariableRow): PromptVariable => ({
  id: row.id,
  name: row.name,
  value: row.value,
  description: row.description,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export async function allVariables(db: Db): Promise<PromptVariable[]> {
  const rows = await tables(db).selectFrom('prompt_variables').selectAll().orderBy('id').execute();
  return rows.map(fromRow);
}

/** Also under a name that is there already: its value is then the new one. */
export async function putVariable(tx: Db, variable: PromptVariable): Promise<void> {
  const { id, name, value, description, createdAt, updatedAt } = variable;
  const changed = { value, description, updated_at: updatedAt };
  await tables(tx)
    .insertInto('prompt_variables')
    .values({ id, name, ...changed, created_at: createdAt })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(changed))
    .execute();
}

export async function deleteVariable(tx: Db, name: string): Promise<boolean> {
  const result = await tables(tx).deleteFrom('prompt_variables').where('name', '=', name).executeTakeFirst();
  return result.numDeletedRows === 1n;
}
