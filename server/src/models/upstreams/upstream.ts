import { invalidField } from '../../base/errors.ts';
import { checkBaseUrl } from './base-url.ts';
import { isForbiddenHeader } from './headers.ts';
import { checkPrices, UNPRICED, type PriceTable, type Unpriced } from '../account/prices.ts';

interface NamedModel {
  name: string;
  /** The model's name at the upstream. */
  upstream_name: string;
  /** Tokens of its longest answer: reserved for, and written into, requests without a bound that count against a budget. */
  max_output_tokens?: number;
}

/** A model of an upstream. A text is its name both here and there. */
export type ModelEntry = string | NamedModel;

export const entryOf = (model: ModelEntry): NamedModel =>
  typeof model === 'string' ? { name: model, upstream_name: model } : model;

/** The settings of an upstream; all except the first two have defaults. */
export interface UpstreamInput {
  /** Lower-case letters, digits, `.`, `_`, `-`; unique; the provider in `provider/model`. */
  name: string;
  /** http or https, with the API's prefix, such as `https://api.openai.com/v1`. */
  base_url: string;
  /** Write-only; null removes it. */
  api_key?: string | null;
  /** Empty: all that the upstream lists at `/models`. @default [] */
  models?: ModelEntry[];
  /** To the first byte, and between two; 1 to 3600. Connecting has 10 s of its own. @default 600 */
  timeout_seconds?: number;
  /** Share of the load among upstreams of the same model; 0 to 1000; 0: only if no other is left. @default 1 */
  weight?: number;
  prices?: PriceTable;
  /** Whether models without a price may be used by keys with a budget in USD, at a cost of 0. @default 'refuse' */
  unpriced?: Unpriced;
  /** Sent with every request. Values are write-only. A change replaces all headers. */
  headers?: Record<string, string>;
  enabled?: boolean;
}

/** An upstream without its secrets. */
export interface UpstreamView {
  id: string;
  name: string;
  base_url: string;
  has_api_key: boolean;
  /** The last four characters of a key of more than twelve. */
  api_key_hint: string | null;
  models: ModelEntry[];
  timeout_seconds: number;
  weight: number;
  prices: PriceTable;
  unpriced: Unpriced;
  /** Names only. */
  headers: string[];
  enabled: boolean;
  created_at: string;
  updated_at: string;
  /** Grows with each change; for `If-Match`. */
  revision: number;
  /** For its operator, such as models without a price. */
  warnings: string[];
}

/** The name of the built-in upstream; reserved. */
export const LOCAL_UPSTREAM = 'local';

const MODELS_MAX = 2_000;
const MODEL_NAME_MAX_CHARACTERS = 200;
const OUTPUT_MAX_TOKENS = 10_000_000;
const HEADERS_MAX = 32;
const HEADER_MAX_CHARACTERS = 4_096;
const API_KEY_MAX_CHARACTERS = 4_096;
const TIMEOUT_MAX_SECONDS = 3_600;
const WEIGHT_MAX = 1_000;

/**
 * Checks that the schema of the surface cannot express.
 * @returns the same with the base URL in its stored form.
 * @throws KeywardError `invalid_input` naming the field.
 */
export function checkUpstream<T extends Partial<UpstreamInput>>(input: T): T {
  if (input.name !== undefined) checkName(input.name);
  checkNumber('timeout_seconds', input.timeout_seconds, { min: 1, max: TIMEOUT_MAX_SECONDS });
  checkNumber('weight', input.weight, { min: 0, max: WEIGHT_MAX });
  checkApiKey(input.api_key);
  checkModels(input.models ?? []);
  checkPrices(input.prices ?? {});
  checkUnpriced(input.unpriced);
  checkHeaders(input.headers ?? {});
  return input.base_url === undefined ? input : { ...input, base_url: checkBaseUrl(input.base_url) };
}

function checkName(name: string): void {
  if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) {
    throw invalidField('name', 'must be 1 to 63 lower-case letters, digits, ".", "_" or "-", such as openai');
  }
  if (name === LOCAL_UPSTREAM) throw invalidField('name', 'must not be the name of the built-in local model');
}

function checkNumber(field: string, value: number | undefined, range: { min: number; max: number }): void {
  if (value === undefined || (Number.isInteger(value) && value >= range.min && value <= range.max)) return;
  throw invalidField(field, `must be a whole number from ${range.min} to ${range.max}`);
}

function checkApiKey(key: string | null | undefined): void {
  if (key === null || key === undefined) return;
  // A line break would end the header that it is sent in.
  if (key !== '' && key.length <= API_KEY_MAX_CHARACTERS && /^[\x21-\x7e]+$/.test(key)) return;
  throw invalidField('api_key', `must be 1 to ${API_KEY_MAX_CHARACTERS} visible ASCII characters`);
}

function checkModels(models: ModelEntry[]): void {
  if (models.length > MODELS_MAX) throw invalidField('models', `must have at most ${MODELS_MAX} names`);
  for (const { name, upstream_name, max_output_tokens } of models.map(entryOf)) {
    checkNumber('models', max_output_tokens, { min: 1, max: OUTPUT_MAX_TOKENS });
    const bad = [name, upstream_name].find((each) => !isModelName(each));
    if (bad === undefined) continue;
    throw invalidField(
      'models',
      `"${bad.slice(0, 80)}" must be a model name (1 to 200 characters, no spaces)`,
    );
  }
}

/** Also for the list of an upstream: its answer is not trusted more than an operator's input. */
export const isModelName = (name: string): boolean =>
  name.length <= MODEL_NAME_MAX_CHARACTERS && /^[\x21-\x7e]+$/.test(name);

function checkUnpriced(rule: Unpriced | undefined): void {
  if (rule !== undefined && !UNPRICED.includes(rule))
    throw invalidField('unpriced', `must be ${UNPRICED.map((word) => `"${word}"`).join(' or ')}`);
}

function checkHeaders(headers: Record<string, string>): void {
  const entries = Object.entries(headers);
  if (entries.length > HEADERS_MAX) throw invalidField('headers', `must have at most ${HEADERS_MAX} headers`);
  for (const [name, value] of entries) {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name)) {
      throw invalidField('headers', `"${name.slice(0, 80)}" must be a header name such as X-Org`);
    }
    if (isForbiddenHeader(name))
      throw invalidField('headers', `must not contain ${name}: Keyward sets that header itself`);
    if (value.length > HEADER_MAX_CHARACTERS || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw invalidField('headers', `the value of ${name} must be at most 4096 printable ASCII characters`);
    }
  }
}

/** The end of a key, to recognize it; null for a key so short that four characters would matter. */
export function apiKeyHint(key: string): string | null {
  return key.length > 12 ? key.slice(-4) : null;
}
