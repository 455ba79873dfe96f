import type { Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { findUpstream, listUpstreams, putUpstream, refuseMeasured } from '../../models/index.ts';
import type { Models, UpstreamInput, UpstreamView } from '../../models/index.ts';
import type { Db } from '../../storage/index.ts';

const PAGE = 200;

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

/**
 * The address of a model receives every chat, and a list of models can give them names that the key covers: these settings
 * are the same power as upstreams. Guarded by system.test.ts and upstream-power.test.ts.
 * @throws KeywardError `insufficient_scope`, `scope_escalation`
 */
export function refuseUpstreams(caller: Caller): void {
  if (!caller.scopes.has('models:manage'))
    throw new KeywardError('insufficient_scope', 'The key lacks the scope models:manage.', {
      details: { scope: 'models:manage' },
      hint: 'Addresses, keys and lists of models of providers are upstreams; changing them takes that scope too.',
    });
  refuseMeasured(caller);
}

export type UpstreamBook = ReturnType<typeof upstreamBook>;

// eslint-disable-next-line typescript/explicit-function-return-type
export function upstreamBook(models: Models, caller: Caller) {
  const actor = { kind: 'key', caller } as const;
  return {
    find: async (tx: Db, name: string) => {
      const upstream = await findUpstream(tx, name);
      if (upstream === undefined) return undefined;
      return { models: upstream.models.map((model) => (typeof model === 'string' ? model : model.name)) };
    },
    /** Adds the upstream or changes the one of this name; members that are left out stay. @throws KeywardError `invalid_input` */
    save: (tx: Db, input: UpstreamInput) => {
      refuseUpstreams(caller);
      return putUpstream(models, tx, { input, actor });
    },
    /** Called once the transaction is committed. */
    saved: () => models.table.reload(),
  };
}
