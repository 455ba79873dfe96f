import { findUpstream, listUpstreams, putUpstream } from '../../models/index.ts';
import type { Actor, Models, UpstreamView } from '../../models/index.ts';
import type { UpstreamBook } from '../../settings/index.ts';

const PAGE = 200;

/** Every upstream, a page after the other. */
export async function allUpstreams(models: Models): Promise<UpstreamView[]> {
  const all: UpstreamView[] = [];
  let cursor: string | undefined;
  do {
    const page: Awaited<ReturnType<typeof listUpstreams>> = await listUpstreams(
      models,
      cursor === undefined ? { limit: PAGE } : { limit: PAGE, cursor },
    );
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

/** Upstreams by their names, as settings of providers need them. */
export function upstreamBook(models: Models, actor: Actor): UpstreamBook {
  return {
    find: async (tx, name) => {
      const upstream = await findUpstream(tx, name);
      if (upstream === undefined) return undefined;
      const named = upstream.models.map((model) => (typeof model === 'string' ? model : model.name));
      return { hasKey: upstream.has_api_key, models: named };
    },
    save: (tx, input) => putUpstream(models, tx, { input, actor }),
    saved: () => models.table.reload(),
  };
}
