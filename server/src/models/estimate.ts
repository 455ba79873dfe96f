import { costNanoAtMost } from '../usage/index.ts';
import { amountsOf } from './amounts.ts';
import type { Amounts } from './amounts.ts';
import type { Route } from './catalogue.ts';
import { contentOf } from './content.ts';
import { isAudioInput, isCounting, isImages, isText } from './paths.ts';
import { priceOfRoute } from './prices.ts';
import type { RequestBody } from './request-members.ts';

/** English has 4 to 5 bytes a token and code 3; JSON's own signs count too. An estimate a little high is the safe one. */
const BYTES_PER_TOKEN = 3.5;
const OUTPUT_DEFAULT_TOKENS = 1_024;
/** A picture that is shown to a model, at the most generous resolution of the common ones. */
export const IMAGE_TOKENS = 1_600;
/** A picture that is made, at the best quality and largest size of the models that count tokens for it. */
const MADE_IMAGE_TOKENS = 6_240;
/** Speech at 16 kbit a second, as small as programs make it: a better recording is shorter than it is taken for. */
const AUDIO_BYTES_PER_SECOND = 2_000;
export const AUDIO_TOKENS_PER_SECOND = 10;
/** Fast speech, written down. */
const SPOKEN_TOKENS_PER_SECOND = 5;

/** What a request may use at most, roughly: for a reservation that is settled exactly later. */
export interface Estimate {
  tokens: number;
  /** At the dearest upstream that might serve it, 10⁻⁹ USD. */
  usdNano: number;
}

export interface EstimateRequest {
  path: string;
  parsed?: RequestBody | undefined;
  /** Of a form: what it says beside its files. */
  form?: RequestBody | undefined;
  /** Length of the body, or of all bodies together. */
  bytes: number;
}

/** @throws KeywardError `invalid_input` for amounts that upstreams might read in different ways. */
export function estimateFor(routes: readonly Route[], request: EstimateRequest): Estimate {
  const { path, parsed, form } = request;
  if (isCounting(path)) return { tokens: 0, usdNano: 0 };
  const amounts = amountsOf(path, { ...form, ...parsed });
  const tokensIn = promptTokens(request);
  const tokensOut = outputTokens(request, amounts);
  const quantities = { tokensIn, tokensOut, ...unitsOf(request) };
  const costs = routes.map((route) => costNanoAtMost(quantities, priceOfRoute(route)));
  return { tokens: tokensIn + tokensOut, usdNano: Math.max(0, ...costs) };
}

/** Images that are asked for, and seconds of sound that are sent, as far as the request says. */
export function unitsOf({ path, parsed, form, bytes }: EstimateRequest): { images: number; seconds: number } {
  const images = Number({ ...form, ...parsed }['n'] ?? 1);
  return {
    images: isImages(path) ? Math.max(1, images || 1) : 0,
    seconds: isAudioInput(path) ? bytes / AUDIO_BYTES_PER_SECOND : 0,
  };
}

/** Tokens of what is no text. */
export function mediaTokens(request: EstimateRequest): number {
  const { path, parsed } = request;
  if (isAudioInput(path)) return audioTokens(request.bytes);
  if (parsed === undefined) return isImages(path) ? IMAGE_TOKENS : 0;
  const { images, audioBytes } = contentOf(parsed);
  return images * IMAGE_TOKENS + audioTokens(audioBytes);
}

const audioTokens = (bytes: number): number =>
  Math.ceil((bytes / AUDIO_BYTES_PER_SECOND) * AUDIO_TOKENS_PER_SECOND);

function promptTokens(request: EstimateRequest): number {
  const { path, parsed, form, bytes } = request;
  // The rest of a form of pictures or sound is files.
  if (form !== undefined && (isImages(path) || isAudioInput(path)))
    return textTokens(Buffer.byteLength(JSON.stringify(form))) + mediaTokens(request);
  if (parsed === undefined) return textTokens(bytes);
  const { embeddedBytes, images, audioBytes, numbers } = contentOf(parsed);
  const text = Math.max(textTokens(bytes - embeddedBytes), numbers);
  return text + repeatedQuery(path, parsed) + images * IMAGE_TOKENS + audioTokens(audioBytes);
}

const textTokens = (bytes: number): number => Math.ceil(Math.max(0, bytes) / BYTES_PER_TOKEN);

/** A reranking model reads the query again with each document. */
function repeatedQuery(path: string, { query, documents }: RequestBody): number {
  if (path !== '/rerank' || typeof query !== 'string' || !Array.isArray(documents)) return 0;
  return textTokens(Buffer.byteLength(query)) * documents.length;
}

function outputTokens(
  request: EstimateRequest,
  { output = OUTPUT_DEFAULT_TOKENS, choices }: Amounts,
): number {
  const { path, parsed } = request;
  if (isAudioInput(path)) return Math.ceil(unitsOf(request).seconds * SPOKEN_TOKENS_PER_SECOND);
  if (isImages(path)) return choices * MADE_IMAGE_TOKENS;
  return isText(path) ? output * choices * promptCount(path, parsed) : 0;
}

/** The old completions take several prompts at once, as texts or as lists of tokens. */
function promptCount(path: string, parsed: RequestBody | undefined): number {
  const prompt = parsed?.['prompt'];
  if (path !== '/completions' || !Array.isArray(prompt)) return 1;
  return prompt.every((item) => typeof item === 'number') ? 1 : prompt.length;
}
