import type { components } from '@keyward/sdk';
import { priceRows, pricesOf, type PriceRow } from './price-rows.ts';

export type Upstream = components['schemas']['Upstream'];
export type UpstreamChange = components['schemas']['UpstreamChange'];
export type UpstreamDraft = components['schemas']['UpstreamRequest'];

/** What the form holds in the state of the page: everything but the credential. */
export interface UpstreamFields {
  name: string;
  base_url: string;
  /** A credential stands in its field. */
  hasNewKey: boolean;
  models: Upstream['models'];
  timeout_seconds: number;
  weight: number;
  prices: PriceRow[];
  unpriced: Upstream['unpriced'];
  enabled: boolean;
}

export const fieldsOf = (upstream?: Upstream): UpstreamFields => ({
  name: upstream?.name ?? '',
  base_url: upstream?.base_url ?? '',
  hasNewKey: false,
  models: upstream?.models ?? [],
  timeout_seconds: upstream?.timeout_seconds ?? 600,
  weight: upstream?.weight ?? 1,
  prices: priceRows(upstream?.prices ?? {}),
  unpriced: upstream?.unpriced ?? 'refuse',
  enabled: upstream?.enabled ?? true,
});

export function draftOf(fields: UpstreamFields): UpstreamDraft {
  const { prices, hasNewKey: _, ...draft } = fields;
  return { ...draft, prices: pricesOf(prices) };
}

/** What a request has to say to turn one into the other, but for the credential. Empty where nothing changed. */
export function changeOf(before: UpstreamFields, after: UpstreamFields): UpstreamChange {
  const [was, is] = [Object.entries(draftOf(before)), Object.entries(draftOf(after))];
  const isSame = (name: string, value: unknown): boolean =>
    JSON.stringify(was.find(([one]) => one === name)?.[1]) === JSON.stringify(value);
  return Object.fromEntries(is.filter(([name, value]) => !isSame(name, value)));
}

/** For a command that is shown: no command shows a credential. */
export const shownSecrets = (hasNewKey: boolean) =>
  hasNewKey ? { secrets: { api_key: 'UPSTREAM_KEY' } } : {};

function settingFlags(
  { models, timeout_seconds, weight, prices, unpriced }: UpstreamChange,
  hasNewKey: boolean,
): string[] {
  return [
    ...(hasNewKey ? ['--ask-api-key'] : []),
    ...(models ?? []).flatMap((model) => [
      '--model',
      typeof model === 'string' ? model : JSON.stringify(model),
    ]),
    ...(timeout_seconds === undefined ? [] : ['--timeout', `${timeout_seconds}s`]),
    ...(weight === undefined ? [] : ['--weight', String(weight)]),
    ...(prices === undefined ? [] : ['--prices', JSON.stringify(prices)]),
    ...(unpriced === undefined ? [] : ['--unpriced', unpriced]),
  ];
}

/** The command that adds the upstream. */
export function addCommand(fields: UpstreamFields): string[] {
  const { name, base_url, enabled, hasNewKey } = fields;
  const changed = changeOf(fieldsOf(), fields);
  return [
    'upstreams',
    'add',
    name.trim() || 'NAME',
    base_url.trim() || 'URL',
    ...settingFlags(changed, hasNewKey),
    ...(enabled ? [] : ['--disable']),
  ];
}

/** The command that makes the change. */
export function updateCommand(id: string, body: UpstreamChange, hasNewKey: boolean): string[] {
  const { name, base_url, models, enabled } = body;
  return [
    'upstreams',
    'update',
    id,
    ...(name === undefined ? [] : ['--name', name]),
    ...(base_url === undefined ? [] : ['--base-url', base_url]),
    ...settingFlags(body, hasNewKey),
    ...(models?.length === 0 ? ['--all-models'] : []),
    ...(enabled === undefined ? [] : [enabled ? '--enable' : '--disable']),
  ];
}
