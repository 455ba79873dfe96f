import { unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { matchesPattern } from '../../access/index.ts';
import { similar } from '../../base/nearest.ts';
import { warn, type Io } from '../io.ts';

type Selectors = NonNullable<components['schemas']['MintRequest']['selectors']>;

/** What selects things, and the names of those that there are. */
interface Selection {
  noun: 'model' | 'workspace';
  selector: { allow?: readonly string[]; deny?: readonly string[] } | null | undefined;
  names: (client: KeywardClient) => Promise<string[]>;
}

/**
 * A key may be there before its model or workspace, so an unknown name is no error. It may be a typing error. The key of the
 * command line decides which are seen; where it may not look nothing is said.
 */
export async function warnOfUnknown(
  client: KeywardClient,
  selectors: Selectors | undefined,
  io: Io,
): Promise<void> {
  const selections: Selection[] = [
    { noun: 'model', selector: selectors?.models, names: modelNames },
    { noun: 'workspace', selector: selectors?.workspaces, names: workspaceNames },
  ];
  for (const { noun, selector, names } of selections) {
    const wanted = [...(selector?.allow ?? []), ...(selector?.deny ?? [])];
    if (wanted.length === 0) continue;
    const known = await names(client).catch(() => undefined);
    if (known === undefined) continue;
    const unknown = wanted.filter((pattern) => !known.some((name) => matchesPattern(pattern, name)));
    warn(
      io,
      unknown.map((pattern) => warningOf(noun, pattern, known)),
    );
  }
}

function warningOf(noun: Selection['noun'], pattern: string, known: readonly string[]): string {
  const [meant] = pattern.endsWith('*') ? [] : similar(pattern, known);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return `There is no ${noun} ${pattern} now.${hint} keyward ${noun}s list shows all; keyward keys update corrects the key.`;
}

/** Plain and qualified, as in `openai/gpt-4o`. */
async function modelNames(client: KeywardClient): Promise<string[]> {
  const { data } = await unwrap(client.GET('/v1/models'));
  return data.flatMap(({ id, owned_by }) => [id, ...owned_by.split(', ').map((owner) => `${owner}/${id}`)]);
}

async function workspaceNames(client: KeywardClient): Promise<string[]> {
  const { workspaces } = await unwrap(client.GET('/v1/workspaces'));
  return workspaces.map(({ slug }) => slug);
}
