import { isObject } from '../../base/is-object.ts';

type Json = Record<string, unknown>;

/** The whole answer of a streamed one, from its chunks. */
export class WholeAnswer {
  readonly #isChat: boolean;
  readonly #choices = new Map<number, Json>();
  #head: Json = {};
  #usage: unknown;

  constructor({ isChat }: { isChat: boolean }) {
    this.#isChat = isChat;
  }

  add({ choices, usage, object, ...head }: Json): void {
    void object;
    this.#head = { ...head, ...this.#head };
    if (isObject(usage)) this.#usage = usage;
    for (const choice of listOf(choices)) this.#addChoice(choice);
  }

  /** Of the first choice. */
  get text(): string {
    const { message, text } = this.#choices.get(0) ?? {};
    const content = isObject(message) ? message['content'] : text;
    return typeof content === 'string' ? content : '';
  }

  get usage(): unknown {
    return this.#usage;
  }

  answer(): Json {
    const choices = [...this.#choices.values()].sort((a, b) => Number(a['index']) - Number(b['index']));
    return {
      ...this.#head,
      object: this.#isChat ? 'chat.completion' : 'text_completion',
      choices,
      ...(this.#usage !== undefined && { usage: this.#usage }),
    };
  }

  #addChoice({ index, delta, text, finish_reason: reason, ...rest }: Json): void {
    const at = Number(index ?? 0);
    const empty = this.#isChat ? { message: { role: 'assistant', content: null } } : { text: '' };
    const choice = this.#choices.get(at) ?? { index: at, ...empty, finish_reason: null };
    Object.assign(choice, onlyGiven(rest), onlyGiven({ finish_reason: reason }));
    if (typeof text === 'string') merge(choice, { text });
    if (isObject(delta)) merge(choice['message'] as Json, delta);
    this.#choices.set(at, choice);
  }
}

/** What a chunk adds to the first choice. To cut it off the whole text would copy all of that for each chunk. */
export const textIn = ({ choices }: Json): string =>
  listOf(choices)
    .map(({ index, delta }) => (Number(index ?? 0) === 0 && isObject(delta) ? delta['content'] : ''))
    .filter((content) => typeof content === 'string')
    .join('');

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Without `__proto__`: merged into, it would change every object of this process. Guarded by whole-answer.test.ts. */
const onlyGiven = (values: Json): Json =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) => name !== '__proto__' && value !== undefined && value !== null,
    ),
  );

/** Names of things, which are not continued by the next piece. */
const WHOLE_TEXTS = new Set(['role', 'id', 'type', 'name']);

/** Texts are continued; lists of tool calls are merged by their index. */
function merge(message: Json, delta: Json): void {
  for (const [name, value] of Object.entries(onlyGiven(delta))) {
    const before = message[name];
    if (Array.isArray(value)) message[name] = mergedList(listOf(before), listOf(value));
    else if (isObject(value)) {
      const inner: Json = isObject(before) ? before : {};
      merge(inner, value);
      message[name] = inner;
    } else if (typeof value === 'string' && typeof before === 'string' && !WHOLE_TEXTS.has(name))
      message[name] = before + value;
    else message[name] = value;
  }
}

function mergedList(list: Json[], pieces: readonly Json[]): Json[] {
  for (const { index, ...piece } of pieces) {
    const at = typeof index === 'number' && index >= 0 && index <= list.length ? index : list.length;
    const item = list[at] ?? {};
    merge(item, piece);
    list[at] = item;
  }
  return list;
}
