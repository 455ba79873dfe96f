import { leavesOf, type Command, type Leaf } from '../command.ts';

/** A route with its query, such as `GET /v1/jobs/{id}/result?wait=30`, and no full stop after it. */
const ROUTE =
  /\b(GET|POST|PUT|PATCH|DELETE) (?:\/api)?(\/(?:[\w{}/*…-]|\.(?=[a-z]))*[\w}*])(?:\?([\w{}=&.,…-]*[\w}…]))?/g;

interface Found {
  words: string[];
  path: string;
  command: Command;
}

/**
 * The text with commands in place of the routes that have one: the server speaks to programs. Ids stay, and `{id}` becomes the
 * argument of the command.
 */
export async function withCommands(text: string, root: Command): Promise<string> {
  const commands = leavesOf(root);
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(ROUTE)) {
    const [whole, method = '', path = '', query = ''] = match;
    const found = commandOf(commands, method, path);
    const shown = found === undefined ? whole : await commandLine(found, { path, query });
    parts.push(text.slice(end, match.index), shown);
    end = match.index + whole.length;
  }
  return parts.join('') + text.slice(end);
}

function commandOf(commands: readonly Leaf[], method: string, path: string): Found | undefined {
  const found = commands.flatMap(({ words, command }): Found[] =>
    (command.routes ?? [])
      .filter((route) => route.method === method && isSame(route.path, path))
      .map((route) => ({ words, path: route.path, command })),
  );
  return found.find((one) => one.path === path) ?? found[0];
}

const isPlace = (segment: string): boolean => segment.startsWith('{');

function isSame(declared: string, path: string): boolean {
  const [one, other] = [declared.split('/'), path.split('/')];
  if (one.length !== other.length) return false;
  // A fixed word of the server, such as `self`, is no id.
  return one.every((segment, at) => segment === other[at] || isPlace(segment));
}

async function commandLine(
  { words, path, command }: Found,
  asked: { path: string; query: string },
): Promise<string> {
  const { args = {} } = (await command.load?.()) ?? {};
  const places = Object.keys(args).filter((name) => args[name]?.type === 'positional');
  const given = asked.path.split('/').filter((_, at) => isPlace(path.split('/')[at] ?? ''));
  // A flag may take the rest: it is the reader's to give.
  const values = given
    .slice(0, places.length)
    .map((text, at) => (isPlace(text) ? (places[at] ?? text).toUpperCase() : text));
  const flags = asked.query.split('&').flatMap((part) => {
    const [name = '', value = ''] = part.split('=');
    const flag = args[name];
    if (flag === undefined || flag.type === 'positional') return [];
    return [flag.type === 'boolean' ? `--${name}` : `--${name} ${value}`];
  });
  return ['keyward', ...words, ...values, ...flags].join(' ');
}
