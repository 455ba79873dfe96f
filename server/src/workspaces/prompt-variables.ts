import type { Actor } from '../keys/index.ts';
import { invalidField } from '../base/errors.ts';
import type { Db } from '../storage/index.ts';
import { nextId } from '../storage/index.ts';
import type { WorkspacesContext } from './context.ts';
import { changeAndRecord } from './context.ts';
import { expandPrompt } from './prompt.ts';
import type { PromptFacts } from './prompt.ts';
import * as store from './prompt-variable-store.ts';
import type { PromptVariable } from './prompt-variable-store.ts';

const NAME = /^[a-z][a-z0-9_]{0,63}$/i;
/** Names that mean something already. */
const RESERVED = new Set(['date', 'time', 'datetime']);
const VALUE_MAX_CHARACTERS = 20_000;

export const isVariableName = (name: string): boolean => NAME.test(name) && !RESERVED.has(name.toLowerCase());

export interface NewVariable {
  name: string;
  value: string;
  description?: string | null | undefined;
}

/** What prompts may name in braces beside the variables that are always there. */
export class PromptVariables {
  readonly #context: WorkspacesContext;

  constructor(context: WorkspacesContext) {
    this.#context = context;
  }

  list(db: Db = this.#context.storage.db): Promise<PromptVariable[]> {
    return store.allVariables(db);
  }

  /** The prompt with every variable it names replaced; the made ones are read only where it names any. */
  async expand(template: string, facts: Omit<PromptFacts, 'custom'>): Promise<string> {
    if (!/\{[^{}]+\}/.test(template)) return template;
    const custom = new Map((await this.list()).map(({ name, value }) => [name.toLowerCase(), value]));
    return expandPrompt(template, { ...facts, custom });
  }

  /** Makes one, or gives the one of this name another value. */
  put(actor: Actor, { name, value, description = null }: NewVariable): Promise<void> {
    if (!isVariableName(name)) {
      throw invalidField(
        'name',
        'must be 1 to 64 letters, digits or _, begin with a letter, and not be taken',
      );
    }
    if (value.length > VALUE_MAX_CHARACTERS) {
      throw invalidField('value', `must have at most ${VALUE_MAX_CHARACTERS} characters`);
    }
    return changeAndRecord<void>(this.#context, actor, async (tx) => {
      const at = this.#context.clock.nowMs();
      const id = await nextId(tx, 'prompt_variables');
      await store.putVariable(tx, { id, name, value, description, createdAt: at, updatedAt: at });
      return { result: undefined, entry: { action: 'prompt_variables.put', target: name } };
    });
  }

  /** @returns whether there was one. */
  remove(actor: Actor, name: string): Promise<boolean> {
    return changeAndRecord<boolean>(this.#context, actor, async (tx) => {
      if (!(await store.deleteVariable(tx, name))) return { result: false };
      return { result: true, entry: { action: 'prompt_variables.delete', target: name } };
    });
  }
}
