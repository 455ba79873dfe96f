import type { PageLine } from './html-text.ts';

/**
 * An article as Readability finds it, with what Readability drops from it: headings, tables, lists, notes. Restored are the
 * lines of the page between two lines of the article, the headings before it, and the lines of its main part.
 */
export function completeArticle(article: string, page: readonly PageLine[]): string {
  const lines = article.split('\n');
  const places = Map.groupBy(lines.keys(), (at) => lines[at]?.trim() ?? '');
  const whole: string[] = [];
  let missing: PageLine[] = [];
  let next = 0;
  for (const line of page) {
    const found = line.isAside ? undefined : placeFrom(next, places.get(line.text));
    if (found === undefined) {
      if (!places.has(line.text)) missing.push(line);
      continue;
    }
    const restored = next === 0 ? linesBefore(missing) : missing.filter(({ isAside }) => !isAside);
    whole.push(...lines.slice(next, found), ...restored.map(({ text }) => `${text}\n`), lines[found] ?? '');
    next = found + 1;
    missing = [];
  }
  const after = missing.filter(isOfMain).map(({ text }) => `\n${text}`);
  return [...whole, ...lines.slice(next), ...after].join('\n');
}

/** Drops the earlier places, which are not asked for again. */
function placeFrom(start: number, places: number[] = []): number | undefined {
  const passed = places.findIndex((place) => place >= start);
  places.splice(0, passed < 0 ? places.length : passed);
  return places[0];
}

/** Also main headings, and those that stand right before the first line of the article. */
function linesBefore(lines: readonly PageLine[]): PageLine[] {
  const lastText = lines.findLastIndex(({ level }) => level === 0);
  return lines.filter((line, at) => {
    const isHeading = line.level === 1 || (line.level > 0 && at > lastText);
    return isOfMain(line) || (isHeading && !line.isAside);
  });
}

const isOfMain = ({ isMain, isAside }: PageLine): boolean => isMain && !isAside;
