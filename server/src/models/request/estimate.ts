import { isObject } from '../../base/is-object.ts';
import { costNanoAtMost, type Share } from '../../usage/index.ts';
import { amountsOf, choicesOf, outputOf } from '../account/amounts.ts';
import type { Route } from '../upstreams/catalogue.ts';
import { contentOf } from './content.ts';
import { upstreamsTools } from './hidden-members.ts';
import { isAudioInput, isFree, isImages, isText } from './paths.ts';
import { priceOfRoute } from '../account/prices.ts';
import { REMOTE_UPSTREAM } from '../upstreams/remote-models.ts';
import type { RequestBody } from './request-members.ts';

/** English has 4 to 5 bytes a token, code 3, JSON included. */
const BYTES_PER_TOKEN = 3.5;
/** Reserved for an answer that the request does not bound: the longest answer of most models. */
const OPEN_WHOLE_TOKENS = 16_384;
/** If the budget has less: a bound that every model accepts. It is written into the request. */
export const OPEN_MOST_TOKENS = 4_096;
/** Reserved at least for an answer while other requests run on the budget. */
const OPEN_ENOUGH_TOKENS = 1_024;
/** With the whole rest of a budget for itself, an answer may be this short. `/responses` knows no smaller bound. */
const OPEN_LEAST_TOKENS = 1;
const RESPONSES_LEAST_TOKENS = 16;
/** Of a conversation or a file at the upstream, and of the results of a search. */
const REFERRED_TOKENS = 65_536;
/** Of a picture for a model, at the highest of the common resolutions. */
export const IMAGE_TOKENS = 1_600;
/** Of a picture that a model makes, at the best quality and largest size. */
const MADE_IMAGE_TOKENS = 6_240;
/** Speech at 16 kbit a second, the lowest common rate. */
const AUDIO_BYTES_PER_SECOND = 2_000;
export const AUDIO_TOKENS_PER_SECOND = 10;
/** Of fast speech. */
const SPOKEN_TOKENS_PER_SECOND = 5;

/** Of GPU time nobody knows before how much a request takes: it gets the rest of a budget, whatever that is. */
const GPU_LEAST_MS = 1;
const GPU_MOST_MS = 60_000;

/** About the most that a request may use, for a reservation. */
export interface Estimate {
  tokens: number;
  /** At the most expensive upstream that may serve it, 10⁻⁹ USD. */
  usdNano: number;
  /** GPU time, if a worker may serve it. */
  gpuMs: number;
}

export interface EstimateRequest {
  path: string;
  parsed?: RequestBody | undefined;
  /** The fields of the body if it is a form, without its files. */
  form?: RequestBody | undefined;
  /** Length of the body, or of all bodies together. */
  bytes: number;
}

export interface OutputBound {
  member: 'max_tokens' | 'max_output_tokens';
  tokens: number;
}

/** The bound of an answer that its request does not bound. */
export interface OpenOutput {
  tokens: number;
  /** The longest answer of the model: no bound has to be written. */
  isWhole: boolean;
}

/** Reserved for a request: the whole if the budget has it, otherwise the rest of the budget, from `least` to `most`. */
export interface Demand {
  least: Estimate;
  /** Less is reserved only if no other request runs on the budget. */
  enough: Estimate;
  /** The request without its answer; undefined: its answer is no text. */
  input: Estimate | undefined;
  /** The bound that the request sets itself. */
  bound: OutputBound | undefined;
  most: Estimate;
  whole: Estimate;
  /** undefined: the request bounds its answer itself, or has none. */
  outputAt(share: Share): OpenOutput | undefined;
}

/** @throws KeywardError `invalid_input` for amounts that upstreams might read in different ways. */
export function demandOf(routes: readonly Route[], request: EstimateRequest): Demand {
  const { path, parsed, form } = request;
  if (isFree(path)) return NO_DEMAND;
  const amounts = amountsOf(path, { ...form, ...parsed });
  const { tokensIn, refers } = promptOf(request);
  const isRemote = routes.some(({ target }) => target.id === REMOTE_UPSTREAM);
  const estimate = (referred: number, output: number, gpuMs: number): Estimate => {
    const tokensOut = outputTokens(request, { ...amounts, output });
    const quantities = { tokensIn: tokensIn + referred, tokensOut, ...unitsOf(request) };
    const costs = routes.map((route) => costNanoAtMost(quantities, priceOfRoute(route)));
    return {
      tokens: quantities.tokensIn + tokensOut,
      usdNano: Math.max(0, ...costs),
      gpuMs: isRemote ? gpuMs : 0,
    };
  };
  const [whole, most] = [OPEN_WHOLE_TOKENS, OPEN_MOST_TOKENS].map((otherwise) =>
    Math.max(...routes.map(({ outputMax = otherwise }) => outputMax)),
  ) as [number, number];
  const enough = Math.min(OPEN_ENOUGH_TOKENS, most);
  const least = Math.min(path === '/responses' ? RESPONSES_LEAST_TOKENS : OPEN_LEAST_TOKENS, most);
  const referred = refers ? REFERRED_TOKENS : 0;
  const { output } = amounts;
  const isOpen = isText(path) && output === undefined;
  const outputAt = (share: Share): OpenOutput =>
    share === 'whole'
      ? { tokens: whole, isWhole: true }
      : { tokens: least + Math.floor((most - least) * share), isWhole: false };
  return {
    least: estimate(0, output ?? least, GPU_LEAST_MS),
    enough: estimate(0, output ?? enough, GPU_LEAST_MS),
    most: estimate(referred, output ?? most, GPU_MOST_MS),
    whole: estimate(referred, output ?? whole, GPU_MOST_MS),
    input: isText(path) ? estimate(0, 0, 0) : undefined,
    bound: isText(path) && output !== undefined ? { member: memberOf(path), tokens: output } : undefined,
    outputAt: isOpen ? outputAt : () => undefined,
  };
}

const memberOf = (path: string): OutputBound['member'] =>
  path === '/responses' ? 'max_output_tokens' : 'max_tokens';

const NOTHING: Estimate = { tokens: 0, usdNano: 0, gpuMs: 0 };
const NO_DEMAND: Demand = {
  least: NOTHING,
  enough: NOTHING,
  most: NOTHING,
  whole: NOTHING,
  input: undefined,
  bound: undefined,
  outputAt: () => undefined,
};

/** Tokens of the longest answer to a request, by its own bounds. */
export function longestAnswer(request: EstimateRequest, otherwise = OPEN_WHOLE_TOKENS): number {
  const fields = request.parsed ?? {};
  return outputTokens(request, { output: outputOf(fields) ?? otherwise, choices: choicesOf(fields) });
}

/** Images that a request asks for, and seconds of sound in it. */
export function unitsOf({ path, parsed, form, bytes }: EstimateRequest): { images: number; seconds: number } {
  return {
    images: isImages(path) ? choicesOf({ ...form, ...parsed }) : 0,
    seconds: isAudioInput(path) ? bytes / AUDIO_BYTES_PER_SECOND : 0,
  };
}

/** Tokens of pictures and sound. */
export function mediaTokens(request: EstimateRequest): number {
  const { path, parsed } = request;
  if (isAudioInput(path)) return audioTokens(request.bytes);
  if (parsed === undefined) return isImages(path) ? IMAGE_TOKENS : 0;
  const { images, audioBytes } = contentOf(parsed);
  return images * IMAGE_TOKENS + audioTokens(audioBytes);
}

const audioTokens = (bytes: number): number =>
  Math.ceil((bytes / AUDIO_BYTES_PER_SECOND) * AUDIO_TOKENS_PER_SECOND);

function promptOf(request: EstimateRequest): { tokensIn: number; refers: boolean } {
  const { path, parsed, form, bytes } = request;
  if (form !== undefined && (isImages(path) || isAudioInput(path))) {
    const text = textTokens(Buffer.byteLength(JSON.stringify(form)));
    return { tokensIn: text + mediaTokens(request), refers: false };
  }
  if (parsed === undefined) return { tokensIn: textTokens(bytes), refers: false };
  const { embeddedBytes, images, audioBytes, numbers, references } = contentOf(parsed);
  const text = Math.max(textTokens(bytes - embeddedBytes), numbers);
  const media = images * IMAGE_TOKENS + audioTokens(audioBytes);
  return {
    tokensIn: text + repeatedQuery(path, parsed) + media,
    refers: isText(path) && (references > 0 || refersElsewhere(parsed)),
  };
}

/** Whether a model reads more than the request: a conversation at the upstream, or results of the upstream's tools. */
const refersElsewhere = ({ previous_response_id, conversation, prompt, mcp_servers, tools }: RequestBody) =>
  [previous_response_id, conversation, mcp_servers].some((value) => (value ?? false) !== false) ||
  isObject(prompt) ||
  upstreamsTools(tools).length > 0;

const textTokens = (bytes: number): number => Math.ceil(Math.max(0, bytes) / BYTES_PER_TOKEN);

/** A reranking model reads the query with each document. */
function repeatedQuery(path: string, { query, documents }: RequestBody): number {
  if (path !== '/rerank' || typeof query !== 'string' || !Array.isArray(documents)) return 0;
  return textTokens(Buffer.byteLength(query)) * documents.length;
}

function outputTokens(
  request: EstimateRequest,
  { output, choices }: { output: number; choices: number },
): number {
  const { path, parsed } = request;
  if (isAudioInput(path)) return Math.ceil(unitsOf(request).seconds * SPOKEN_TOKENS_PER_SECOND);
  if (isImages(path)) return choices * MADE_IMAGE_TOKENS;
  return isText(path) ? output * choices * promptCount(path, parsed) : 0;
}

/** `/completions` accepts several prompts, as texts or as lists of tokens. */
function promptCount(path: string, parsed: RequestBody | undefined): number {
  const prompt = parsed?.['prompt'];
  if (path !== '/completions' || !Array.isArray(prompt)) return 1;
  return prompt.every((item) => typeof item === 'number') ? 1 : prompt.length;
}
