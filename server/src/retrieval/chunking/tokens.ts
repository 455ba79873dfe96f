/** Counts tokens as the model that embeds does, or more. */
export interface TokenMeter {
  /** @returns the tokens of each text, and how many of one text the model reads. */
  count(texts: readonly string[]): Promise<{ counts: number[]; limit: number }>;
}

/** Words, of which only parts are counted where they are long; signs; white space. */
const UNITS = /[\p{L}\p{M}\p{N}]{1,50}|\s+|[^\p{L}\p{M}\p{N}\s]/gu;

/** The pieces of a text whose tokens, added up, are about those of the text. */
export const unitsOf = (text: string): string[] => text.match(UNITS) ?? [];

/** The tokens before each place of a text; within a unit they rise evenly. */
export function tokensBefore(text: string, tokensOf: (unit: string) => number): Float64Array {
  const before = new Float64Array(text.length + 1);
  let at = 0;
  for (const unit of unitsOf(text)) {
    const start = before[at] ?? 0;
    const tokens = tokensOf(unit);
    for (let step = 1; step <= unit.length; step++) before[at + step] = start + (tokens * step) / unit.length;
    at += unit.length;
  }
  return before;
}

/** For a model whose tokenizer is not here: more tokens than the usual tokenizers make of a text, whatever its script. */
export const estimatingMeter = (limit: number): TokenMeter => ({
  count: async (texts) => ({ counts: texts.map(estimate), limit }),
});

/** A longer run of letters is no word: base64, a digest. */
const WORD_MAX_CHARACTERS = 20;

function estimate(text: string): number {
  let tokens = 0;
  for (const unit of unitsOf(text)) for (const [run] of unit.matchAll(RUNS)) tokens += estimateRun(run);
  return Math.ceil(tokens);
}

const RUNS = /\p{Script=Latin}+|\p{N}|\s+|[^\p{Script=Latin}\p{N}\s]/gu;

function estimateRun(run: string): number {
  const first = run.codePointAt(0) ?? 0;
  if (/^\s/.test(run)) return run.length === 1 && run !== '\n' ? 0 : Math.ceil(run.length / 4);
  if (/^\p{Script=Latin}/u.test(run))
    return run.length > WORD_MAX_CHARACTERS ? run.length * 0.75 : Math.ceil(run.length / 3);
  if (first < 0x80) return 1;
  if (first < 0x8_00) return 1.5;
  if (HANGUL.test(run)) return 3;
  return first < 0x1_00_00 ? 2 : 4;
}

const HANGUL = /\p{Script=Hangul}/u;
