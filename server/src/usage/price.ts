import { AMOUNT_MAX, countable, parseAmount } from './amounts.ts';

/** What a model costs; decimal text in usd, at most 9 decimals. */
export interface Price {
  input_usd_per_million_tokens: string;
  output_usd_per_million_tokens: string;
  per_request_usd: string;
}

const MILLION = 1_000_000n;

/**
 * What one request costs, in nano-dollars: exact, rounded up once at the end, at most AMOUNT_MAX.
 * @throws KeywardError `invalid_input` for a price that is no decimal text; see `checkPrice`.
 */
export function costNano(tokens: { tokensIn: number; tokensOut: number }, price: Price): number {
  const input = nano(tokens.tokensIn, price.input_usd_per_million_tokens);
  const output = nano(tokens.tokensOut, price.output_usd_per_million_tokens);
  const perMillion = input + output;
  const cost = (perMillion + MILLION - 1n) / MILLION + BigInt(parseAmount('usd', price.per_request_usd));
  return cost > AMOUNT_MAX ? AMOUNT_MAX : Number(cost);
}

function nano(tokens: number, usdPerMillion: string): bigint {
  return BigInt(countable(tokens)) * BigInt(parseAmount('usd', usdPerMillion));
}

/** Refuses a price that cannot be reckoned with. @throws KeywardError `invalid_input` naming the member. */
export function checkPrice(price: Price, field = 'price'): void {
  parseAmount('usd', price.input_usd_per_million_tokens, `${field}.input_usd_per_million_tokens`);
  parseAmount('usd', price.output_usd_per_million_tokens, `${field}.output_usd_per_million_tokens`);
  parseAmount('usd', price.per_request_usd, `${field}.per_request_usd`);
}
