/** Longer words are cut: a base64 line is not a word. */
const WORD_MAX_CHARACTERS = 40;

/** Words and numbers, in lower case and without accents. Scripts without spaces give pairs of characters. */
export function wordsOf(text: string): string[] {
  // Normalizing sorts rows of accents, in quadratic time: most are removed first.
  const bare = text.replaceAll(ACCENTS, '');
  const plain = bare.normalize('NFKD').replaceAll(ACCENTS, '').toLowerCase();
  return [...plain.matchAll(RUNS)].flatMap(([run]) =>
    UNSPACED.test(run) ? pairs(run) : [run.slice(0, WORD_MAX_CHARACTERS)],
  );
}

const ACCENTS = /\p{M}/gu;
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const RUNS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}])+/gu;

function pairs(run: string): string[] {
  const characters = Array.from(run);
  return characters.length < 2
    ? characters
    : characters.slice(1).map((character, at) => `${characters[at] ?? ''}${character}`);
}
