import { jsonIn } from '../base/json-text.ts';
import { isObject } from '../base/is-object.ts';
import type { JsonObject } from '../models/index.ts';
import type { ToolCall } from './message.ts';

/** About the memory of a part of a tool call beside its text. */
const CALL_BYTES = 200;

/** Joins the pieces of an answer: text, reasoning, tool calls. */
export class Completion {
  text = '';
  finishReason: string | null = null;
  /** About its size in memory. */
  bytes = 0;
  readonly #calls = new Map<number, ToolCall>();
  #isThinking = false;

  get toolCalls(): ToolCall[] {
    return [...this.#calls.values()].filter(({ function: { name } }) => name !== '');
  }

  /** One of `choices`. @returns its text. */
  addChoice(choice: JsonObject, member: 'delta' | 'message'): string {
    const { finish_reason: reason } = choice;
    if (typeof reason === 'string') this.finishReason = reason;
    return this.add(object(choice[member]));
  }

  /** One `choices[0].delta`, or the `message` of a whole answer. @returns its text, with reasoning in `<think>` tags. */
  add(delta: JsonObject): string {
    const thought = text(delta['reasoning_content']) || text(delta['reasoning']);
    const content = contentOf(delta['content']);
    let added = '';
    if (thought !== '') {
      added = this.#isThinking ? thought : `<think>${thought}`;
      this.#isThinking = true;
    }
    if (content !== '') added += this.#closeThought() + content;
    for (const [index, call] of list(delta['tool_calls']).entries()) this.#addCall(object(call), index);
    this.text += added;
    this.bytes += added.length;
    return added;
  }

  /** @returns the end of the text. */
  end(): string {
    const added = this.#closeThought();
    this.text += added;
    return added;
  }

  #closeThought(): string {
    if (!this.#isThinking) return '';
    this.#isThinking = false;
    return '</think>';
  }

  #addCall(part: JsonObject, position: number): void {
    const index = typeof part['index'] === 'number' ? part['index'] : position;
    const called = object(part['function']);
    const [name, args] = [text(called['name']), text(called['arguments'])];
    const call: ToolCall = this.#calls.get(index) ?? {
      id: text(part['id']) || `call_${index}`,
      type: 'function',
      function: { name: '', arguments: '' },
    };
    this.#calls.set(index, call);
    call.function.name += name;
    call.function.arguments += args;
    this.bytes += name.length + args.length + CALL_BYTES;
  }
}

/** Text, or a list of parts, as some servers send it. */
const contentOf = (value: unknown): string =>
  Array.isArray(value) ? value.map((part) => text(object(part)['text'])).join('') : text(value);

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const object = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** @returns {} for a text that is not a JSON object. */
export const parsedObject = (json: string): JsonObject => object(jsonIn(json));
