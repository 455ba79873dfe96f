import { withoutTrailing } from '../../base/trailing.ts';
import type { Sealing } from '../../sealing/index.ts';
import type { PriceTable, Unpriced } from '../account/prices.ts';
import { isMessages } from '../request/paths.ts';
import { Scrubber } from './scrubber.ts';
import { partsOfValue } from './secret-forms.ts';
import { entryOf, type ModelEntry } from './upstream.ts';
import type { UpstreamRow } from './upstream-store.ts';

/** Contexts that bind a sealed text to its row and column: in another place it cannot be opened. */
export const apiKeyContext = (id: string) => `upstream:${id}:api_key`;
export const headersContext = (id: string) => `upstream:${id}:headers`;

export interface TargetOptions {
  id: string;
  name: string;
  baseUrl: string;
  models: readonly ModelEntry[];
  timeoutMs: number;
  weight: number;
  prices: PriceTable;
  unpriced: Unpriced;
  createdMs: number;
  apiKey: string | undefined;
  headers: Record<string, string>;
}

/** An upstream that is ready to be called. The credential is private: no logger and no JSON shows it. */
export class Target {
  readonly id: string;
  readonly name: string;
  readonly origin: string;
  /** The path before `/chat/completions`, without a slash at the end. */
  readonly basePath: string;
  /** Public name → name at the upstream; empty: all that the upstream lists. */
  readonly models: ReadonlyMap<string, string>;
  /** Public name → tokens of the longest answer. */
  readonly outputMax: ReadonlyMap<string, number>;
  readonly timeoutMs: number;
  readonly weight: number;
  readonly prices: PriceTable;
  readonly unpriced: Unpriced;
  readonly createdMs: number;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #messagesHeaders: Readonly<Record<string, string>>;
  #scrubber: Scrubber | undefined;
  #credentials: readonly Buffer[] | undefined;

  constructor(options: TargetOptions) {
    const url = new URL(options.baseUrl);
    this.id = options.id;
    this.name = options.name;
    this.origin = url.origin;
    this.basePath = withoutTrailing(url.pathname, '/');
    const models = options.models.map(entryOf);
    this.models = new Map(models.map(({ name, upstream_name }) => [name, upstream_name]));
    this.outputMax = new Map(
      models.flatMap(({ name, max_output_tokens: tokens }) => (tokens === undefined ? [] : [[name, tokens]])),
    );
    this.timeoutMs = options.timeoutMs;
    this.weight = options.weight;
    this.prices = options.prices;
    this.unpriced = options.unpriced;
    this.createdMs = options.createdMs;
    const own = Object.fromEntries(
      Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const key = options.apiKey;
    this.#headers = key === undefined ? own : { ...own, authorization: `Bearer ${key}` };
    // Servers of the Messages API read the key there.
    this.#messagesHeaders =
      key === undefined || 'x-api-key' in own ? this.#headers : { ...this.#headers, 'x-api-key': key };
  }

  static fromRow(row: UpstreamRow, sealing: Sealing): Target {
    return new Target({
      id: row.id,
      name: row.name,
      baseUrl: row.base_url,
      models: JSON.parse(row.models) as ModelEntry[],
      timeoutMs: row.timeout_seconds * 1_000,
      weight: row.weight,
      prices: JSON.parse(row.prices) as PriceTable,
      unpriced: row.unpriced,
      createdMs: row.created_at,
      apiKey: row.api_key === null ? undefined : sealing.open(row.api_key, apiKeyContext(row.id)),
      headers: JSON.parse(
        row.headers === null ? '{}' : sealing.open(row.headers, headersContext(row.id)),
      ) as Record<string, string>,
    });
  }

  /** Created at its first use: most upstreams never fail. */
  get scrubber(): Scrubber {
    const values = Object.values(this.#messagesHeaders);
    return (this.#scrubber ??= new Scrubber({ values, baseUrl: `${this.origin}${this.basePath}` }));
  }

  /** Removed from all answers; of `headers` those with the name of a credential. */
  get credentials(): readonly Buffer[] {
    return (this.#credentials ??= credentialsIn(this.#messagesHeaders));
  }

  /** The upstream's own headers for a request to `path`, lower-case, its credential among them. */
  headersFor(path: string): Readonly<Record<string, string>> {
    return isMessages(path) ? this.#messagesHeaders : this.#headers;
  }
}

const CREDENTIAL_NAME = /auth|key|token|secret|password|credential|cookie/;
/** Shorter ones may be words. */
const CREDENTIAL_MIN_CHARACTERS = 12;

function credentialsIn(headers: Readonly<Record<string, string>>): Buffer[] {
  const values = Object.entries(headers).flatMap(([name, value]) =>
    CREDENTIAL_NAME.test(name) ? partsOfValue(value) : [],
  );
  const long = values.filter((value) => value.length >= CREDENTIAL_MIN_CHARACTERS);
  const forms = long.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  return [...new Set(forms)].map((form) => Buffer.from(form));
}
