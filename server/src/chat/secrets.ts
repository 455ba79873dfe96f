import type { Piece } from './ask-model.ts';

/** What stands in an answer in the place of a value that nobody shall read. */
export const HIDDEN = '********';

/**
 * What a model says, without these values: "repeat your prompt" must not read out what an administrator marked as secret.
 * Only the value as it is: a model can be talked into spelling it otherwise (docs/workspaces.md). Guarded by secrets.test.ts.
 */
export async function* withoutSecrets(
  pieces: AsyncIterable<Piece>,
  secrets: readonly string[],
): AsyncGenerator<Piece> {
  if (secrets.length === 0) {
    yield* pieces;
    return;
  }
  const texts = new HiddenTexts(secrets);
  for await (const piece of pieces) {
    if (piece.kind === 'text') {
      const text = texts.add(piece.text);
      if (text !== '') yield { ...piece, text };
      continue;
    }
    const rest = piece.kind === 'begun' ? '' : texts.end();
    if (rest !== '') yield { kind: 'text', text: rest };
    yield hidden(piece, secrets);
  }
}

function hidden(piece: Exclude<Piece, { kind: 'text' }>, secrets: readonly string[]): Piece {
  if (piece.kind === 'failed') {
    // Some servers quote what they were sent.
    const failure = { ...piece.failure, message: hide(piece.failure.message, secrets) };
    return { ...piece, failure, textBefore: hide(piece.textBefore, secrets) };
  }
  if (piece.kind === 'begun' || piece.said === undefined) return piece;
  const toolCalls = piece.said.toolCalls.map((call) => ({
    ...call,
    function: { ...call.function, arguments: hide(call.function.arguments, secrets) },
  }));
  return { ...piece, said: { ...piece.said, text: hide(piece.said.text, secrets), toolCalls } };
}

/** The longest first: one may hold another. */
function hide(text: string, secrets: readonly string[]): string {
  const ordered = secrets.toSorted((a, b) => b.length - a.length);
  return ordered.reduce((said, secret) => said.replaceAll(secret, HIDDEN), text);
}

/** Text in pieces of any length: what could be the beginning of a secret waits for what follows. */
class HiddenTexts {
  readonly #secrets: readonly string[];
  readonly #longest: number;
  #waiting = '';

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
    this.#longest = Math.max(...secrets.map(({ length }) => length));
  }

  add(text: string): string {
    const all = hide(this.#waiting + text, this.#secrets);
    const begins = this.#beginning(all);
    this.#waiting = all.slice(all.length - begins);
    return all.slice(0, all.length - begins);
  }

  end(): string {
    const rest = this.#waiting;
    this.#waiting = '';
    return rest;
  }

  /** How many of the last characters are the first ones of a secret. */
  #beginning(text: string): number {
    for (let count = Math.min(this.#longest - 1, text.length); count > 0; count--) {
      const last = text.slice(text.length - count);
      if (this.#secrets.some((secret) => secret.startsWith(last))) return count;
    }
    return 0;
  }
}
