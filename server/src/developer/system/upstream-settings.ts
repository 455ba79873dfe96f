import { holdsScope, scopeRefusal, type Caller } from '../../access/index.ts';
import { listUpstreams, refuseMeasured } from '../../models/index.ts';
import type { Models, UpstreamView } from '../../models/index.ts';

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
  if (!holdsScope(caller, 'models:manage'))
    throw scopeRefusal(
      caller,
      'models:manage',
      'Addresses, keys and lists of models of providers are upstreams; changing them takes that scope too.',
    );
  refuseMeasured(caller);
}
