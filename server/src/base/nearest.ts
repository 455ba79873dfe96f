/** The word of `known` with the fewest edits from `name`; of several the one with the longest common start. */
export function nearest(name: string, known: string[]): string {
  let [best, distance] = ['', Infinity];
  for (const word of known) {
    // The least number of edits.
    if (Math.abs(word.length - name.length) > distance) continue;
    const edits = editDistance(name, word);
    if (edits > distance) continue;
    if (edits === distance && commonStart(name, word) <= commonStart(name, best)) continue;
    [best, distance] = [word, edits];
  }
  return best;
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
