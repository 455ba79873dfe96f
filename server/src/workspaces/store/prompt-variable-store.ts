import type { Db } from '../../storage/index.ts';
import { tables, type VariableRow } from './rows.ts';

/** A variable of prompts that an administrator made. */
export interface PromptVariable {
  id: number;
  /** What stands between the braces. */
  name: string;
  value: string;
  description: string | null;
  /** No list shows the value, and no answer of a model holds it. */
  isSecret: boolean;
  /** ms since 1970. */
  createdAt: number;
  updatedAt: number;
}

const fromRow = (row: VariableRow): PromptVariable => ({
  id: row.id,
  name: row.name,
  value: row.value,
  description: row.description,
  isSecret: row.secret === 1,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export async function allVariables(db: Db): Promise<PromptVariable[]> {
  const rows = await tables(db).selectFrom('prompt_variables').selectAll().orderBy('id').execute();
  return rows.map(fromRow);
}

export async function findVariable(db: Db, id: number): Promise<PromptVariable | undefined> {
  const row = await tables(db)
    .selectFrom('prompt_variables')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** @returns false where there is one of this name, in whichever letters. */
export async function insertVariable(tx: Db, variable: PromptVariable): Promise<boolean> {
  const { id, name, value, description, isSecret, createdAt, updatedAt } = variable;
  const secret = isSecret ? 1 : 0;
  const result = await tables(tx)
    .insertInto('prompt_variables')
    .values({ id, name, value, description, secret, created_at: createdAt, updated_at: updatedAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function updateVariable(tx: Db, variable: PromptVariable): Promise<void> {
  const { id, name, value, description, isSecret, updatedAt } = variable;
  await tables(tx)
    .updateTable('prompt_variables')
    .set({ name, value, description, secret: isSecret ? 1 : 0, updated_at: updatedAt })
    .where('id', '=', id)
    .execute();
}

export async function deleteVariable(tx: Db, id: number): Promise<void> {
  await tables(tx).deleteFrom('prompt_variables').where('id', '=', id).execute();
}
