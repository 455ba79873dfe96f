/** The time of a comparison grows with the length, and strangers choose it. */
const COMPARED_CHARACTERS = 64;
const SIMILAR_MAX = 3;

/**
 * The words that were probably meant by `given`. Few edits make them. Or it is their beginning (`smollm` of `smollm2-135m`) or
 * a part of them (`by` of `group-by`). Or both begin with the same part (`keys:read`, `keys:fly`). At most three, the most
 * similar first; empty: no word is similar.
 */
export function similar(given: string, known: readonly string[]): string[] {
  const name = given.slice(0, COMPARED_CHARACTERS).toLowerCase();
  const ranked = known
    .map((word) => ({ word, ...compared(name, word.toLowerCase()) }))
    .filter((one) => one.difference < Infinity)
    .toSorted((a, b) => a.difference - b.difference || b.start - a.start);
  const most = (ranked[0]?.difference ?? 0) + 1;
  return ranked
    .filter((one) => one.difference <= most)
    .slice(0, SIMILAR_MAX)
    .map(({ word }) => word);
}

const compared = (name: string, word: string): { difference: number; start: number } => ({
  difference: difference(name, word),
  start: commonStart(name, word),
});

const BY_START = 100;
const BY_PART = 200;

/** The number of edits if they are few; beginnings come behind, then parts; Infinity: not similar. */
function difference(name: string, word: string): number {
  if (name === '') return Infinity;
  const longest = Math.max(name.length, word.length);
  const longer = longest - Math.min(name.length, word.length);
  const most = longest < 4 ? 1 : Math.max(2, longest / 3);
  if (longer <= most) {
    const edits = editDistance(name, word);
    if (edits <= most) return edits;
  }
  if (name.length > 2 && word.startsWith(name)) return BY_START + longer;
  if (word.length > 2 && name.startsWith(word)) return BY_START + longer;
  const parts = word.split(/[^a-z0-9]+/);
  const [first = ''] = name.split(/[^a-z0-9]+/);
  const isPart = parts.includes(name) || (first === parts[0] && parts.length > 1);
  return isPart && first.length > 1 ? BY_PART + longer : Infinity;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** In one row, as a request of a stranger for an unknown path is compared with each route. */
export function editDistance(a: string, b: string): number {
  const row = Uint16Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = i - 1;
    let left = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0;
      const replace = diagonal + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      left = Math.min(replace, above + 1, left + 1);
      row[j] = left;
      diagonal = above;
    }
  }
  return a === '' ? b.length : (row[b.length] ?? 0);
}
