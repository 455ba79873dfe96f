/** The sentences of a hint that the message, or an earlier sentence, has not said. */
export function onlyNew(hint: string, said: string): string {
  const known = new Set(sentencesIn(said));
  return sentencesIn(hint)
    .filter((sentence) => !known.has(sentence) && known.add(sentence) !== undefined)
    .join(' ');
}

/** A full stop within a name or a number ends no sentence. */
const sentencesIn = (text: string): string[] => text.split(/(?<=[.!?])\s+/).filter((part) => part !== '');
