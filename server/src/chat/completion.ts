import { isObject } from '../base/is-object.ts';
import type { JsonObject } from '../models/index.ts';
import type { ToolCall } from './message.ts';

/** About so much a part of a tool call takes beside its text. */
const CALL_BYTES = 200;

/** Gathers an answer from its pieces: text, what was thought aloud, tool calls. */
export class Completion {
  text = '';
  finishReason: string | null = null;
  /** About what all of it takes in memory. */
  bytes = 0;
  readonly #calls = new Map<number, ToolCall>();
  #isThinking = false;

  get toolCalls(): ToolCall[] {
    return [...this.#calls.values()].filter(({ function: { name } }) => name !== '');
  }

  /** One of `choices`. @returns the text that is new in it. */
  addChoice(choice: JsonObject, member: 'delta' | 'message'): string {
    const { finish_reason: reason } = choice;
    if (typeof reason === 'string') this.finishReason = reason;
    return this.add(object(choice[member]));
  }

  /**
   * One `choices[0].delta`, or the `message` of a whole answer.
   * @returns the text that is new in it. What a model thinks aloud stands between `<think>` and `</think>`.
   */
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

  /** @returns what was still missing at the end. */
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
    const known = this.#calls.get(index);
    this.bytes += text(called['name']).length + text(called['arguments']).length + CALL_BYTES;
    if (known === undefined) {
      this.#calls.set(index, {
        id: text(part['id']) || `call_${index}`,
        type: 'function',
        function: { name: text(called['name']), arguments: text(called['arguments']) },
      });
      return;
    }
    known.function.name += text(called['name']);
    known.function.arguments += text(called['arguments']);
  }
}

/** Text, or a list of parts, as some servers of models have it. */
const contentOf = (value: unknown): string =>
  Array.isArray(value) ? value.map((part) => text(object(part)['text'])).join('') : text(value);

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const object = (value: unknown): JsonObject => (isObject(value) ? value : {});
