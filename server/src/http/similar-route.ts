import { editDistance } from '../base/nearest.ts';

const PARTS_MAX = 8;

/** One part of the path too many, too few or misspelled, and another method. */
const DIFFERENCE_MAX = 1.3;
const OTHER_METHOD = 0.3;
const SIMILAR_MAX = 3;

interface Named {
  method: string;
  path: string;
}

/** The declared routes that are most similar to this one, the nearest first, such as `GET /v1/keys/{id}`. */
export function similarRoutes({ method, path }: Named, routes: readonly Named[]): string[] {
  const parts = partsOf(path).slice(0, PARTS_MAX);
  const found: { name: string; difference: number }[] = [];
  for (const route of routes) {
    const wanted = partsOf(route.path);
    // Otherwise a parameter, which is like anything, would be all that they have in common.
    const isAlike = wanted.some(
      (part) => !part.startsWith(':') && parts.some((given) => partDifference(given, part) < 1),
    );
    if (!isAlike) continue;
    const difference = partsDifference(parts, wanted) + (route.method === method ? 0 : OTHER_METHOD);
    if (difference < DIFFERENCE_MAX) found.push({ name: shownRoute(route), difference });
  }
  const nearest = found.toSorted((a, b) => a.difference - b.difference).map(({ name }) => name);
  return [...new Set(nearest)].slice(0, SIMILAR_MAX);
}

/** Such as `GET /v1/keys/{id}`. */
export const shownRoute = ({ method, path }: Named): string =>
  `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;

const partsOf = (path: string): string[] => path.toLowerCase().split('/').slice(1);

/** The number of parts to insert, remove or respell (half a part) to get from one path to the other. */
function partsDifference(given: string[], wanted: string[]): number {
  let row = wanted.map((_, at) => at + 1);
  for (const [i, part] of given.entries()) {
    let [diagonal, before] = [i, i + 1];
    row = row.map((above, j) => {
      before = Math.min(diagonal + partDifference(part, wanted[j] ?? ''), above + 1, before + 1);
      diagonal = above;
      return before;
    });
  }
  return row.at(-1) ?? given.length;
}

/** 2, like a removal and an insertion, if the parts have little in common. */
function partDifference(given: string, wanted: string): number {
  if (given === wanted) return 0;
  if (wanted.startsWith(':')) return given === '' ? 2 : 0;
  const most = Math.max(1, wanted.length / 3);
  // Strangers may ask for anything: most parts are not compared letter by letter.
  if (Math.abs(given.length - wanted.length) > most) return 2;
  return editDistance(given, wanted) <= most ? 0.5 : 2;
}
