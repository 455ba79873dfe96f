/** The word of `known` that needs the fewest edits to become `name`; of several the one that begins most alike. */
export function nearest(name: string, known: string[]): string {
  let [best, distance] = ['', Infinity];
  for (const word of known) {
    // So many edits it takes at least.
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

/** In one row: strangers who ask for what is not there make the gateway compare with every route. */
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
