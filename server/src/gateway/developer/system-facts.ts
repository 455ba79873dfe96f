import type { SystemFacts } from '../../settings/index.ts';
import type { Services } from '../services.ts';
import { allUpstreams } from './upstream-book.ts';

/** What the settings are shown from, gathered from everywhere. */
export async function systemFacts(services: Services): Promise<SystemFacts> {
  const { identity, retrieval, models, localModel, environment, config } = services;
  const [mode, passages, upstreams, values] = await Promise.all([
    identity.mode(),
    retrieval.count(),
    allUpstreams(models),
    environment.values(),
  ]);
  const keyed = upstreams.filter(({ has_api_key }) => has_api_key).map(({ name }) => name);
  const local = localModel?.state().models.find((name) => !/embed|minilm/i.test(name));
  return {
    mode,
    hasEmbeddings: passages > 0,
    localModel: local ?? null,
    sso: config.simpleSso,
    keyed: new Set(keyed),
    values,
  };
}
