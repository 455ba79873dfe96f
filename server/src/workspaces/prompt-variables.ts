import { invalidField } from '../base/errors.ts';
import type { Actor } from '../access/index.ts';
import { nextId } from '../storage/index.ts';
import type { WorkspacesContext } from './context.ts';
import { expandPrompt, namesIn, type PromptFacts } from './prompt.ts';
import * as store from './store/prompt-variable-store.ts';
import type { PromptVariable } from './store/prompt-variable-store.ts';

const NAME = /^[a-z][a-z0-9_]{0,63}$/i;
/** Built-in variables. */
const RESERVED = new Set(['date', 'time', 'datetime']);
const VALUE_MAX_CHARACTERS = 20_000;
/** A shorter secret would be removed from answers that hold it by chance. */
const SECRET_MIN_CHARACTERS = 8;
const SECRET_MAX_CHARACTERS = 1_000;
const DESCRIPTION_MAX_CHARACTERS = 1_000;
const VARIABLES_MAX = 500;

export const isVariableName = (name: string): boolean => NAME.test(name) && !RESERVED.has(name.toLowerCase());

interface NewVariable {
  name: string;
  value: string;
  description: string | null;
  isSecret: boolean;
}

/** undefined: stays as it is. A client cannot send a secret value again, as no list shows it. */
type VariableChange = Omit<NewVariable, 'value' | 'isSecret'> & {
  value: string | undefined;
  isSecret: boolean | undefined;
};

/** The prompt variables that administrators made. */
export class PromptVariables {
  readonly #context: WorkspacesContext;

  constructor(context: WorkspacesContext) {
    this.#context = context;
  }

  list(): Promise<PromptVariable[]> {
    return store.allVariables(this.#context.storage.db);
  }

  /**
   * The prompt with every variable replaced. The database is asked only where the prompt names a variable.
   * @param facts `given`: the names, in lower case, that the prompt may use; null: all.
   * @returns `secrets`: the secret values in it.
   */
  async expand(
    template: string,
    { given, ...facts }: Omit<PromptFacts, 'custom' | 'nowMs'> & { given: readonly string[] | null },
  ): Promise<{ text: string; secrets: string[] }> {
    const named = namesIn(template);
    if (named.size === 0) return { text: template, secrets: [] };
    const isGiven = (name: string): boolean => named.has(name) && (given?.includes(name) ?? true);
    const made = (await this.list()).filter(({ name }) => isGiven(name.toLowerCase()));
    const custom = new Map(made.map(({ name, value }) => [name.toLowerCase(), value]));
    const secrets = made.filter(({ isSecret }) => isSecret).map(({ value }) => value);
    const nowMs = this.#context.clock.nowMs();
    return { text: expandPrompt(template, { ...facts, nowMs, custom }), secrets };
  }

  /** @throws KeywardError `invalid_input`, also where the name exists, in any letter case. */
  async create(actor: Actor, input: NewVariable): Promise<PromptVariable> {
    check(input);
    return this.#context.audit.change<PromptVariable>(actor, async (tx) => {
      if ((await store.allVariables(tx)).length >= VARIABLES_MAX)
        throw invalidField('key', `there are ${VARIABLES_MAX} variables already`);
      const at = this.#context.clock.nowMs();
      const id = await nextId(tx, 'prompt_variables');
      const variable: PromptVariable = { ...input, id, createdAt: at, updatedAt: at };
      if (!(await store.insertVariable(tx, variable))) throw nameTaken();
      return { result: variable, entry: entryOf('create', variable) };
    });
  }

  /** @returns undefined where no variable has this id. @throws KeywardError as `create`. */
  async update(actor: Actor, id: number, input: VariableChange): Promise<PromptVariable | undefined> {
    return this.#context.audit.change<PromptVariable | undefined>(actor, async (tx) => {
      const before = await store.findVariable(tx, id);
      if (before === undefined) return { result: undefined };
      const { value = before.value, isSecret = before.isSecret } = input;
      // A variable stays secret until it gets another value: to unmark it must not be a way to read it.
      if (before.isSecret && !isSecret && input.value === undefined)
        throw invalidField(
          'value',
          'must be given with secret: false, since the present value is shown to nobody',
        );
      const wanted = { ...input, value, isSecret };
      check(wanted);
      const variable = { ...before, ...wanted, updatedAt: this.#context.clock.nowMs() };
      await store.updateVariable(tx, variable).catch((error: unknown) => {
        throw error instanceof Error && /unique/i.test(error.message) ? nameTaken() : error;
      });
      return { result: variable, entry: entryOf('update', variable) };
    });
  }

  /** @returns whether the variable existed. */
  remove(actor: Actor, id: number): Promise<boolean> {
    return this.#context.audit.change<boolean>(actor, async (tx) => {
      const variable = await store.findVariable(tx, id);
      if (variable === undefined) return { result: false };
      await store.deleteVariable(tx, id);
      return { result: true, entry: entryOf('delete', variable) };
    });
  }
}

function check({ name, value, description, isSecret }: NewVariable): void {
  if (!isVariableName(name))
    throw invalidField(
      'key',
      'must be 1 to 64 letters, digits or _, begin with a letter, and not be date or time',
    );
  if (value === '' || value.length > VALUE_MAX_CHARACTERS)
    throw invalidField('value', `must have 1 to ${VALUE_MAX_CHARACTERS} characters`);
  if (isSecret && (value.length < SECRET_MIN_CHARACTERS || value.length > SECRET_MAX_CHARACTERS))
    throw invalidField(
      'value',
      `of a secret variable must have ${SECRET_MIN_CHARACTERS} to ${SECRET_MAX_CHARACTERS} characters, such as an address or a name that is not to be read out`,
    );
  if ((description ?? '').length > DESCRIPTION_MAX_CHARACTERS)
    throw invalidField('description', `must have at most ${DESCRIPTION_MAX_CHARACTERS} characters`);
}

const nameTaken = () => invalidField('key', 'another variable has this name');

const entryOf = (verb: 'create' | 'update' | 'delete', { id, name, isSecret }: PromptVariable) => ({
  action: `prompt_variables.${verb}`,
  target: `prompt_variable:${id}`,
  details: { name, secret: isSecret },
});
