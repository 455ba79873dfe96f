/** Begins every chunk, so that its vector and its reader know its document. @param valueMax characters of a value. */
export function chunkHeader(
  metadata: Readonly<Record<string, unknown>>,
  valueMax = VALUE_MAX_CHARACTERS,
): string {
  const { title, published, chunkSource } = metadata;
  const line = (name: string, value: unknown): string[] =>
    typeof value === 'string' && value !== '' ? [`${name}: ${shortened(value, valueMax)}`] : [];
  const lines = [
    ...line('sourceDocument', title),
    ...line('published', published),
    ...(typeof chunkSource === 'string' && chunkSource.startsWith(LINK)
      ? line('source', chunkSource.slice(LINK.length))
      : []),
  ];
  return lines.length === 0 ? '' : `<document_metadata>\n${lines.join('\n')}\n</document_metadata>\n\n`;
}

const LINK = 'link://';

/** A title of a megabyte in every chunk would make gigabytes of a book. */
export const VALUE_MAX_CHARACTERS = 300;

/** A pair of surrogates is not cut in two. */
const shortened = (value: string, most: number): string =>
  value.slice(0, most).replace(/[\ud800-\udbff]$/, '');
