import { invalidField } from '../base/errors.ts';
import { checkPrice, costNano } from '../usage/index.ts';

/** What a model costs; decimal text in US dollars, at most nine decimals. What is left out is free. */
export interface Price {
  input_usd_per_million_tokens?: string;
  output_usd_per_million_tokens?: string;
  per_request_usd?: string;
}

/** Model pattern → price. A pattern is a name or ends in `*`; the longest that fits counts. */
export type PriceTable = Record<string, Price>;

const PRICES_MAX = 500;
const PATTERN_MAX_CHARACTERS = 200;
const FREE = { input_usd_per_million_tokens: '0', output_usd_per_million_tokens: '0', per_request_usd: '0' };

/** @throws KeywardError `invalid_input` naming the price at fault. */
export function checkPrices(prices: PriceTable): PriceTable {
  const entries = Object.entries(prices);
  if (entries.length > PRICES_MAX) throw invalidField('prices', `has more than ${PRICES_MAX} models`);
  for (const [pattern, price] of entries) {
    if (pattern === '' || pattern.length > PATTERN_MAX_CHARACTERS || pattern.slice(0, -1).includes('*')) {
      throw invalidField(
        'prices',
        `"${pattern.slice(0, 80)}" is no model name and no pattern such as "gpt-*"`,
      );
    }
    checkPrice({ ...FREE, ...price }, `prices.${pattern}`);
  }
  return prices;
}

/** The price of a model under any of its names. */
export function priceOf(prices: PriceTable, names: readonly string[]): Price | undefined {
  let best: string | undefined;
  for (const pattern of Object.keys(prices)) {
    const fits = names.some((name) =>
      pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
    );
    // An exact name is at least as long as any pattern that fits it; on a tie it wins by having no star.
    if (fits && (best === undefined || rank(pattern) > rank(best))) best = pattern;
  }
  return best === undefined ? undefined : prices[best];
}

function rank(pattern: string): number {
  return pattern.endsWith('*') ? pattern.length - 1 : pattern.length + 0.5;
}

/** A price in 10⁻⁹ USD: of a million tokens, and of a request. */
interface Rates {
  input: number;
  output: number;
  request: number;
}

/** Decimal text is read once for each price, not once for each request. */
const RATES = new WeakMap<Price, Rates>();
const MILLION = 1_000_000;

function ratesOf(price: Price): Rates {
  let rates = RATES.get(price);
  if (rates === undefined) {
    const full = { ...FREE, ...price };
    const input = { ...FREE, input_usd_per_million_tokens: full.input_usd_per_million_tokens };
    const output = { ...FREE, output_usd_per_million_tokens: full.output_usd_per_million_tokens };
    rates = {
      input: costNano({ tokensIn: MILLION, tokensOut: 0 }, input),
      output: costNano({ tokensIn: 0, tokensOut: MILLION }, output),
      request: costNano({ tokensIn: 0, tokensOut: 0 }, full),
    };
    RATES.set(price, rates);
  }
  return rates;
}

/** The cost in nano-dollars (10⁻⁹ USD), rounded up; 0 without a price. */
export function costOf(price: Price | undefined, tokensIn: number, tokensOut: number): number {
  if (price === undefined) return 0;
  const { input, output, request } = ratesOf(price);
  const tokens = tokensIn * input + tokensOut * output;
  // Beyond 2^53 a float would lose the last digits.
  if (!Number.isSafeInteger(tokens)) return costNano({ tokensIn, tokensOut }, { ...FREE, ...price });
  return Math.ceil(tokens / MILLION) + request;
}
