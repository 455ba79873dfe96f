import { withoutTrailing } from '../../base/trailing.ts';
import type { Sealing } from '../../sealing/index.ts';
import type { PriceTable, Unpriced } from '../account/prices.ts';
import { Scrubber } from './scrubber.ts';
import { partsOfValue } from './secret-forms.ts';
import type { ModelEntry } from './upstream.ts';
import type { UpstreamRow } from './upstream-store.ts';

/** Contexts that bind a sealed text to its row and column: moved elsewhere it does not open. */
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

/** An upstream ready to be called. The credential is private: no logger and no JSON shows it. */
export class Target {
  readonly id: string;
  readonly name: string;
  readonly origin: string;
  /** What goes before `/chat/completions`, without a slash at the end. */
  readonly basePath: string;
  /** Public name → name at the upstream; empty: whatever the upstream lists. */
  readonly models: ReadonlyMap<string, string>;
  /** Public name → tokens of the longest answer. */
  readonly outputMax: ReadonlyMap<string, number>;
  readonly timeoutMs: number;
  readonly weight: number;
  readonly prices: PriceTable;
  /** Whether models without a price are for those who have a budget in USD. */
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
    this.models = new Map(
      options.models.map((model) =>
        typeof model === 'string' ? [model, model] : [model.name, model.upstream_name],
      ),
    );
    this.outputMax = new Map(
      options.models.flatMap((model): [string, number][] =>
        typeof model === 'string' || model.max_output_tokens === undefined
          ? []
          : [[model.name, model.max_output_tokens]],
      ),
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
    // Who speaks the Messages API looks for the key there.
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
      headers:
        row.headers === null
          ? {}
          : (JSON.parse(sealing.open(row.headers, headersContext(row.id))) as Record<string, string>),
    });
  }

  /** Made when it is first asked for: most upstreams never fail. */
  get scrubber(): Scrubber {
    const values = Object.values(this.#messagesHeaders);
    return (this.#scrubber ??= new Scrubber({ values, baseUrl: `${this.origin}${this.basePath}` }));
  }

  /** What no answer has in it; of `headers` those whose names say so. */
  get credentials(): readonly Buffer[] {
    return (this.#credentials ??= credentialsIn(this.#messagesHeaders));
  }

  /** The upstream's own headers for a request to `path`, lower-case, its credential among them. */
  headersFor(path: string): Readonly<Record<string, string>> {
    return path.startsWith('/messages') ? this.#messagesHeaders : this.#headers;
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
