import { paginate, type KeywardClient } from '@keyward/sdk';
import { CliError, EXIT, usageError } from '../exit.ts';
import { given } from '../parse.ts';
import type { FetchPage } from '../request.ts';

/** The argument that names a thing by its id or its name. */
export const NAMED_ARG = { type: 'positional', description: 'Id or name', required: true } as const;

export interface Named {
  id: string;
  name: string;
  state?: string;
}

/** How things of a kind are found by their names. */
export interface Kind<T extends Named> {
  /** Such as `owner`; `keyward owners list` lists them. */
  noun: string;
  /** Of an id. */
  prefix: string;
  /** @param named narrows the pages where the server can. */
  pages: (client: KeywardClient, named: string) => FetchPage<T>;
}

/**
 * @param named an id, or a name.
 * @param preferred of several things of one name: those that the command can be about.
 * @throws CliError exit code 5: none has this name; 2: several have, and the error lists their ids.
 */
export async function idOf<T extends Named>(
  client: KeywardClient,
  named: string,
  { noun, prefix, pages }: Kind<T>,
  preferred: (thing: T) => boolean = () => true,
): Promise<string> {
  if (new RegExp(`^${prefix}_[0-9A-Za-z]{12}$`).test(named)) return named;
  const page = pages(client, named);
  const same: T[] = [];
  for await (const thing of paginate((cursor) => page(given({ cursor }))))
    if (thing.name === named) same.push(thing);
  const meant = same.filter(preferred);
  const [only] = meant.length === 1 ? meant : same;
  if (only === undefined)
    throw new CliError(`There is no ${noun} of this name.`, {
      exitCode: EXIT.notFound,
      example: `keyward ${noun}s list`,
    });
  if (meant.length === 1 || same.length === 1) return only.id;
  throw usageError(`${same.length} ${noun}s have this name: give the id of one.`, {
    hint: same
      .map(({ id, state }) => [id, ...(state === undefined ? [] : [`(${state})`])].join(' '))
      .join(', '),
  });
}
