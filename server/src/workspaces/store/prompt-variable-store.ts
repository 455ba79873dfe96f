import type { Db } from '../../storage/index.ts';
import { tables, type VariableRow } from './rows.ts';

/** A prompt variable that an administrator made. `isSecret`: no list shows the value, and no answer of a model holds it. */
export type PromptVariable = Omit<VariableRow, 'secret'> & { isSecret: boolean };

const fromRow = ({ secret, ...row }: VariableRow): PromptVariable => ({ ...row, isSecret: secret === 1 });

const toRow = ({ isSecret, ...variable }: PromptVariable): VariableRow => ({
  ...variable,
  secret: Number(isSecret),
});

export async function allVariables(db: Db): Promise<PromptVariable[]> {
  const rows = await tables(db).selectFrom('prompt_variables').selectAll().orderBy('id').execute();
  return rows.map(fromRow);
}

export async function findVariable(db: Db, id: number): Promise<PromptVariable | undefined> {
  const found = tables(db).selectFrom('prompt_variables').selectAll().where('id', '=', id);
  const row = await found.executeTakeFirst();
  return row && fromRow(row);
}

/** @returns false where another variable has this name, in any letter case. */
export async function insertVariable(tx: Db, variable: PromptVariable): Promise<boolean> {
  const result = await tables(tx)
    .insertInto('prompt_variables')
    .values(toRow(variable))
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function updateVariable(tx: Db, variable: PromptVariable): Promise<void> {
  const { id, ...changed } = toRow(variable);
  await tables(tx).updateTable('prompt_variables').set(changed).where('id', '=', id).execute();
}

export async function deleteVariable(tx: Db, id: number): Promise<void> {
  await tables(tx).deleteFrom('prompt_variables').where('id', '=', id).execute();
}
