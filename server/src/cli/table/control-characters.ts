/**
 * Control characters, and those that turn the direction of the text: names and the output of workers come from others, and a
 * terminal obeys them. Guarded by terminal-text.test.ts.
 */
const OBEYED = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
/** The same without the ends of lines and tabs, which a text of several lines has. */
const OBEYED_IN_LINES = /\r(?!\n)|[^\P{Cc}\t\n\r]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** In a form that is right in texts of JSON too. */
const escaped = (character: string): string => {
  const json = JSON.stringify(character).slice(1, -1);
  return json === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : json;
};

/** Of one line. */
export const asSeen = (text: string): string => text.replaceAll(OBEYED, escaped);

/** Of any number of lines. */
export const linesAsSeen = (text: string): string => text.replaceAll(OBEYED_IN_LINES, escaped);

export const isObeyed = (text: string): boolean => text.search(OBEYED_IN_LINES) >= 0;
