import { AMOUNT_MAX } from '../access/index.ts';
import { countable, parseAmount } from './amounts.ts';

export const PRICE_MEMBERS = [
  'input_usd_per_million_tokens',
  'cached_input_usd_per_million_tokens',
  'cache_write_usd_per_million_tokens',
  'output_usd_per_million_tokens',
  'reasoning_usd_per_million_tokens',
  'per_request_usd',
  'per_image_usd',
  'per_second_usd',
] as const;

/**
 * Decimal text in usd, at most 9 decimals. Without their own price, cached input and cache writes cost as input, and
 * reasoning as output; other missing members cost nothing.
 */
export type Price = Partial<Record<(typeof PRICE_MEMBERS)[number], string>>;

export interface Quantities {
  /** All of the input, cached or not. */
  tokensIn: number;
  /** All of the output, reasoning or not. */
  tokensOut: number;
  /** The part of `tokensIn` that was read from the upstream's cache. */
  cachedIn?: number;
  /** The part of `tokensIn` that was written to the upstream's cache. */
  cacheWriteIn?: number;
  /** The part of `tokensOut` that was reasoning. */
  reasoningOut?: number;
  images?: number;
  /** Of audio; may be a fraction. */
  seconds?: number;
}

/** Nano-dollars for a million tokens, a request, an image, a second. */
interface Rates {
  input: number;
  cached: number;
  cacheWrite: number;
  output: number;
  reasoning: number;
  request: number;
  image: number;
  second: number;
}

const MILLION = 1_000_000;
const MS_PER_SECOND = 1_000;

/** Decimal text is parsed once for each price, not for each request. */
const RATES = new WeakMap<Price, Rates>();

/** Nano-dollars: exact, rounded up once at the end, at most AMOUNT_MAX. @throws KeywardError `invalid_input` for a bad price. */
export function costNano(quantities: Quantities, price: Price): number {
  return costAt(quantities, ratesOf(price));
}

/** The highest cost of these tokens, whatever part of them is cached or reasoning; for reservations. */
export function costNanoAtMost(quantities: Quantities, price: Price): number {
  const { input, cached, cacheWrite, output, reasoning, ...rest } = ratesOf(price);
  const dearestIn = Math.max(input, cached, cacheWrite);
  const dearestOut = Math.max(output, reasoning);
  return costAt(quantities, {
    ...rest,
    input: dearestIn,
    cached: dearestIn,
    cacheWrite: dearestIn,
    output: dearestOut,
    reasoning: dearestOut,
  });
}

/** @throws KeywardError `invalid_input` naming the member. */
export function checkPrice(price: Price, field = 'price'): void {
  for (const member of PRICE_MEMBERS) {
    const text = price[member];
    if (text !== undefined) parseAmount('usd', text, `${field}.${member}`);
  }
}

function ratesOf(price: Price): Rates {
  let rates = RATES.get(price);
  if (rates === undefined) RATES.set(price, (rates = readRates(price)));
  return rates;
}

function readRates(price: Price): Rates {
  const rate = (text: string | undefined, otherwise = 0): number =>
    text === undefined ? otherwise : parseAmount('usd', text);
  const input = rate(price.input_usd_per_million_tokens);
  const output = rate(price.output_usd_per_million_tokens);
  return {
    input,
    cached: rate(price.cached_input_usd_per_million_tokens, input),
    cacheWrite: rate(price.cache_write_usd_per_million_tokens, input),
    output,
    reasoning: rate(price.reasoning_usd_per_million_tokens, output),
    request: rate(price.per_request_usd),
    image: rate(price.per_image_usd),
    second: rate(price.per_second_usd),
  };
}

function costAt(quantities: Quantities, rates: Rates): number {
  const tokensIn = countable(quantities.tokensIn);
  const tokensOut = countable(quantities.tokensOut);
  const cached = Math.min(countable(quantities.cachedIn ?? 0), tokensIn);
  const written = Math.min(countable(quantities.cacheWriteIn ?? 0), tokensIn - cached);
  const reasoned = Math.min(countable(quantities.reasoningOut ?? 0), tokensOut);
  const images = countable(quantities.images ?? 0);
  const ms = countable((quantities.seconds ?? 0) * MS_PER_SECOND);
  const parts: readonly (readonly [amount: number, rate: number])[] = [
    [tokensIn - cached - written, rates.input],
    [cached, rates.cached],
    [written, rates.cacheWrite],
    [tokensOut - reasoned, rates.output],
    [reasoned, rates.reasoning],
    [ms * MS_PER_SECOND, rates.second],
    [(images * rates.image + rates.request) * MILLION, 1],
  ];
  let millionths = 0;
  for (const [amount, rate] of parts) millionths += amount * rate;
  if (Number.isSafeInteger(millionths)) return Math.min(Math.ceil(millionths / MILLION), AMOUNT_MAX);
  return exactly(parts.slice(0, -1), BigInt(images) * BigInt(rates.image) + BigInt(rates.request));
}

/** Beyond 2^53 a float would lose the last digits. */
function exactly(parts: readonly (readonly [amount: number, rate: number])[], whole: bigint): number {
  const million = BigInt(MILLION);
  const millionths = parts.reduce((sum, [amount, rate]) => sum + BigInt(amount) * BigInt(rate), 0n);
  const cost = (millionths + million - 1n) / million + whole;
  return cost > AMOUNT_MAX ? AMOUNT_MAX : Number(cost);
}
