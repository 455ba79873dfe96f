import { invalidField } from '../base/errors.ts';
import type { Actor } from '../access/index.ts';
import { nextId, type Db } from '../storage/index.ts';
import type { WorkspacesContext } from './context.ts';
import { expandPrompt, namesIn, type PromptFacts } from './prompt.ts';
import * as store from './store/prompt-variable-store.ts';
import type { PromptVariable } from './store/prompt-variable-store.ts';

const NAME = /^[a-z][a-z0-9_]{0,63}$/i;
/** Names that mean something already. */
const RESERVED = new Set(['date', 'time', 'datetime']);
const VALUE_MAX_CHARACTERS = 20_000;
/** A shorter one would be taken out of answers that only happen to hold it. */
const SECRET_MIN_CHARACTERS = 8;
const SECRET_MAX_CHARACTERS = 1_000;
const DESCRIPTION_MAX_CHARACTERS = 1_000;
const VARIABLES_MAX = 500;

export const isVariableName = (name: string): boolean => NAME.test(name) && !RESERVED.has(name.toLowerCase());

export interface NewVariable {
  name: string;
  value: string;
  description: string | null;
  isSecret: boolean;
}

/** What a change names; the value of a secret one may be left out, as nobody can read it to send it again. */
export type VariableChange = Omit<NewVariable, 'value' | 'isSecret'> & {
  value: string | undefined;
  isSecret: boolean | undefined;
};

/** What prompts may name in braces beside the variables that are always there. */
export class PromptVariables {
  readonly #context: WorkspacesContext;

  constructor(context: WorkspacesContext) {
    this.#context = context;
  }

  list(db: Db = this.#context.storage.db): Promise<PromptVariable[]> {
    return store.allVariables(db);
  }

  /**
   * The prompt with every variable it names replaced; the made ones are read only where it names any.
   * @param facts `given`: the made ones that it may name, in small letters; null: all.
   * @returns `secrets`: the values in it that are marked as secret.
   */
  async expand(
    template: string,
    facts: Omit<PromptFacts, 'custom'> & { given: readonly string[] | null },
  ): Promise<{ text: string; secrets: string[] }> {
    const named = namesIn(template);
    if (named.size === 0) return { text: template, secrets: [] };
    const isGiven = (name: string): boolean => named.has(name) && (facts.given?.includes(name) ?? true);
    const made = (await this.list()).filter(({ name }) => isGiven(name.toLowerCase()));
    const custom = new Map(made.map(({ name, value }) => [name.toLowerCase(), value]));
    const secrets = made.filter(({ isSecret }) => isSecret).map(({ value }) => value);
    return { text: expandPrompt(template, { ...facts, custom }), secrets };
  }

  /** @throws KeywardError `invalid_input`, also where the name is taken, in whichever letters. */
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

  /** @returns undefined where there is none of this id. @throws KeywardError as `create`. */
  async update(actor: Actor, id: number, input: VariableChange): Promise<PromptVariable | undefined> {
    return this.#context.audit.change<PromptVariable | undefined>(actor, async (tx) => {
      const before = await store.findVariable(tx, id);
      if (before === undefined) return { result: undefined };
      const { value = before.value, isSecret = before.isSecret } = input;
      // What was secret stays so until there is another value: to unmark it must not be a way to read it.
      if (before.isSecret && !isSecret && input.value === undefined)
        throw invalidField('value', 'give a new one with secret: false; the old one is not shown to anybody');
      const wanted = { ...input, value, isSecret };
      check(wanted);
      const variable = { ...before, ...wanted, updatedAt: this.#context.clock.nowMs() };
      await store.updateVariable(tx, variable).catch((error: unknown) => {
        throw error instanceof Error && /unique/i.test(error.message) ? nameTaken() : error;
      });
      return { result: variable, entry: entryOf('update', variable) };
    });
  }

  /** @returns whether there was one. */
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
