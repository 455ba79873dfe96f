import { KeywardError } from '../../base/errors.ts';
import type { Route } from '../upstreams/catalogue.ts';
import { examplePrice, isLikelyChargeable, type PriceTable, type Unpriced } from './prices.ts';
import { entryOf, type ModelEntry } from '../upstreams/upstream.ts';

const NAME_MAX_CHARACTERS = 200;
const NAMED_MAX = 10;

interface Refused {
  model: string;
  path: string;
  /** Its upstreams, all without a price. */
  routes: readonly Route[];
  /** Upstreams of the same model with a price. */
  others: readonly Route[];
}

/** A budget in USD cannot hold for a model without a price. */
export function unpriced({ model, path, routes, others }: Refused): KeywardError {
  const [other] = others;
  const [first] = routes;
  const name = first?.name ?? model;
  const table = JSON.stringify({ [name]: examplePrice(path) });
  const command = `keyward upstreams update ${first?.target.name ?? 'NAME'}`;
  const hint =
    other === undefined
      ? `An administrator sets a price (--prices replaces all prices of the upstream): ${command} --prices '${table}'. Or allow its use without a price: ${command} --unpriced allow.`
      : `Ask for ${other.qualifiedName}, which has a price.`;
  return new KeywardError(
    'model_unpriced',
    `The model ${JSON.stringify(model.slice(0, NAME_MAX_CHARACTERS))} has no price for /v1${path}, and this key counts against a budget in usd.`,
    { hint, errors: [{ field: 'model', message: 'has no price' }] },
  );
}

export function warningsOf(upstream: {
  name: string;
  models: readonly ModelEntry[];
  prices: PriceTable;
  unpriced: Unpriced;
}): string[] {
  const { name, models, prices, unpriced: rule } = upstream;
  if (rule === 'allow') return [];
  const way = `Set prices: keyward upstreams update ${name} --prices '{"MODEL": {"input_usd_per_million_tokens": "2.50", "output_usd_per_million_tokens": "10"}}'. Or allow their use without a price: --unpriced allow.`;
  const patterns = Object.keys(prices);
  if (patterns.length === 0)
    return [`No model of ${name} has a price, so keys with a budget in usd cannot use them. ${way}`];
  const target = { prices, unpriced: rule };
  // If it serves every model that it lists, only the prices themselves are checked.
  const bare = (models.length > 0 ? models : patterns)
    .map(entryOf)
    .map((model) => ({ target, ...model, qualifiedName: `${name}/${model.name}` }))
    .filter((model) => !isLikelyChargeable({ ...model, upstreamModel: model.upstream_name }));
  if (bare.length === 0) return [];
  const names = listed(bare.map((model) => model.name));
  return [
    `These models have no complete price, so keys with a budget in usd cannot use them: ${names}. ${way}`,
  ];
}

/** @returns such as `a, b and 3 more`. */
export function listed(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  const shown = names.slice(0, NAMED_MAX).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
