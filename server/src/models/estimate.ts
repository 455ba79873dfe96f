import type { Route } from './catalogue.ts';
import { costOf, priceOf } from './prices.ts';
import type { RequestBody } from './request-members.ts';

/** English has 4 to 5 bytes a token and code 3; JSON's own signs count too. An estimate a little high is the safe one. */
const BYTES_PER_TOKEN = 3.5;
const OUTPUT_DEFAULT_TOKENS = 1_024;
const CHOICES_MAX = 128;
/** What a picture costs at the most generous resolution of the common models. */
const IMAGE_TOKENS = 1_500;
/** A data URL this long is a picture or a sound, not text. */
const DATA_URL = /^data:[\w/+.-]+;base64,/;

/** What a request may use at most, roughly: for a reservation that is settled exactly later. */
export interface Estimate {
  tokens: number;
  /** At the dearest upstream that might serve it, 10⁻⁹ USD. */
  usdNano: number;
}

export interface EstimateRequest {
  path: string;
  /** Undefined for forms: nothing is known of their tokens. */
  parsed: RequestBody | undefined;
  /** Length of the body. */
  bytes: number;
}

export function estimateFor(routes: readonly Route[], request: EstimateRequest): Estimate {
  const tokensIn = promptTokens(request);
  const tokensOut = outputTokens(request);
  const costs = routes.map(({ target, ...route }) =>
    costOf(
      priceOf(target.prices, [route.name, route.qualifiedName, route.upstreamModel]),
      tokensIn,
      tokensOut,
    ),
  );
  return { tokens: tokensIn + tokensOut, usdNano: Math.max(0, ...costs) };
}

function promptTokens({ parsed, bytes }: EstimateRequest): number {
  if (parsed === undefined) return 0;
  const embedded = { bytes: 0, count: 0 };
  // Only a large body can hold a picture; the walk is saved for all others.
  if (bytes > 16_384) findEmbedded(parsed, embedded, 0);
  return Math.ceil(Math.max(0, bytes - embedded.bytes) / BYTES_PER_TOKEN) + embedded.count * IMAGE_TOKENS;
}

function findEmbedded(value: unknown, into: { bytes: number; count: number }, depth: number): void {
  if (typeof value === 'string') {
    if (value.length > 1_024 && DATA_URL.test(value)) {
      into.bytes += value.length;
      into.count++;
    }
  } else if (typeof value === 'object' && value !== null && depth < 12) {
    for (const item of Object.values(value)) findEmbedded(item, into, depth + 1);
  }
}

/** Paths that generate text; the others (embeddings, moderations, rerank, images) have input only. */
const GENERATING = new Set(['/chat/completions', '/completions', '/responses', '/messages']);

function outputTokens({ path, parsed }: EstimateRequest): number {
  if (parsed === undefined || !GENERATING.has(path)) return 0;
  const wanted = (['max_completion_tokens', 'max_tokens', 'max_output_tokens'] as const)
    .map((name) => parsed[name])
    .find((value) => typeof value === 'number' && Number.isFinite(value) && value >= 0);
  const choices = Math.max(number(parsed['n']), number(parsed['best_of']));
  return Math.ceil(Number(wanted ?? OUTPUT_DEFAULT_TOKENS)) * Math.min(choices, CHOICES_MAX);
}

function number(value: unknown): number {
  return typeof value === 'number' && value >= 1 ? Math.floor(value) : 1;
}
