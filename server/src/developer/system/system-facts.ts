import type { Viewer } from '../../workspaces/index.ts';
import type { SystemServices } from '../services.ts';
import { environmentValues } from './environment.ts';
import type { SystemFacts } from './system-table.ts';
import { allUpstreams } from './upstream-settings.ts';

/** What the settings are shown from, gathered from everywhere; of documents only what the viewer's workspaces have. */
export async function systemFacts(services: SystemServices, viewer: Viewer): Promise<SystemFacts> {
  const { identity, workspaces, retrieval, models, localModel, config } = services;
  const [mode, passages, upstreams, values] = await Promise.all([
    identity.mode(),
    workspaces.coveredIds(viewer).then((ids) => retrieval.count(ids)),
    allUpstreams(models),
    environmentValues(services),
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
