import type { Actor } from '../access/index.ts';
import type { Audit } from '../audit/index.ts';
import { KeywardError } from '../base/errors.ts';
import { Mutex } from '../base/mutex.ts';
import { withoutTrailing } from '../base/trailing.ts';
import type { Db } from '../storage/index.ts';
import { EMBEDDING_ENGINES, EMBEDDING_UPSTREAM, PROVIDERS, providerOf } from './providers.ts';
import type { Provider } from './providers.ts';
import { faultOf, ruleOf, settableNames } from './setting-rules.ts';
import type { SettingChange, Settings } from './settings.ts';
import { isForeign } from './system-names.ts';

/** What is needed of the module models, which stands to the right (gateway brings it). */
export interface UpstreamBook {
  find(tx: Db, name: string): Promise<{ hasKey: boolean; models: string[] } | undefined>;
  /**
   * Adds the upstream or changes the one of this name. Left out: stays as it is.
   * @throws KeywardError `invalid_input`
   */
  save(
    tx: Db,
    upstream: { name: string; base_url: string; api_key?: string | null; models?: string[] },
  ): Promise<void>;
  /** Called once the transaction is committed. */
  saved(): Promise<void>;
}

export interface EnvironmentContext {
  audit: Audit;
  settings: Settings;
  /** Names of the settings that other modules read their models from. */
  names: { chatModel: string; chatTokens: string; imageModel: string };
}

export interface EnvironmentChange {
  newValues: Record<string, string>;
  /** false: none. */
  error: string | false;
}

/** What is shown in place of a secret, also to whoever has just set it. */
const MASK = '*'.repeat(20);

type Values = ReadonlyMap<string, string>;

/**
 * Settings by the names that clients of the Developer API have for them. Those of a provider of models become an upstream of
 * the provider's name; its key is kept there, sealed, and nowhere else.
 */
export class Environment {
  readonly #context: EnvironmentContext;
  /** One change after the other: each reads what the one before has written. */
  readonly #turns = new Mutex();

  constructor(context: EnvironmentContext) {
    this.#context = context;
  }

  /**
   * Takes all of the values or, where one cannot be, none: `error` says of the first what is wrong with it. Names that mean
   * nothing are passed over, and so are values that are a mask. Guarded by system.test.ts.
   * @returns undefined where a value is no text: then nothing was changed.
   */
  async update(
    body: Readonly<Record<string, unknown>>,
    { actor, upstreams }: { actor: Actor; upstreams: UpstreamBook },
  ): Promise<EnvironmentChange | undefined> {
    const named = Object.entries(body).filter(([name]) => ruleOf(name) !== undefined || isForeign(name));
    if (named.some(([, value]) => typeof value !== 'string')) return undefined;
    const wanted = (named as [string, string][]).filter(([, value]) => !value.includes('******'));
    const accepted = new Map(wanted);
    const failure =
      faultIn(wanted) ?? (await this.#turns.run(() => this.#apply(accepted, { actor, upstreams })));
    if (failure !== undefined) return { newValues: {}, error: failure };
    const shown = [...accepted].map(([name, value]) => [name, ruleOf(name)?.secret === true ? MASK : value]);
    return { newValues: Object.fromEntries(shown) as Record<string, string>, error: false };
  }

  async #apply(
    accepted: Values,
    { actor, upstreams }: { actor: Actor; upstreams: UpstreamBook },
  ): Promise<string | undefined> {
    if (accepted.size === 0) return undefined;
    try {
      await this.#context.audit.change(actor, async (tx) => {
        await this.#write(tx, accepted, upstreams);
        const details = { changed: [...accepted.keys()] };
        return { result: undefined, entry: { action: 'settings.update', target: 'system', details } };
      });
    } catch (error) {
      if (error instanceof KeywardError && error.code === 'invalid_input') return error.message;
      throw error;
    }
    await upstreams.saved();
    return undefined;
  }

  /** Settings and upstreams: all or, where an upstream is refused, nothing. */
  async #write(tx: Db, accepted: Values, upstreams: UpstreamBook): Promise<void> {
    const { settings } = this.#context;
    const before = await this.values(tx);
    const values = new Map([...before, ...accepted]);
    const changes: Record<string, SettingChange> = {};
    for (const [name, value] of accepted)
      if (ruleOf(name)?.secret !== true) changes[name] = { value: value === '' ? null : value };
    for (const provider of PROVIDERS.filter((candidate) => isTouched(candidate, accepted)))
      Object.assign(changes, await saveProvider(tx, upstreams, { provider, values, accepted }));
    Object.assign(changes, await saveEmbedding(tx, upstreams, { values, accepted, before }));
    Object.assign(changes, this.#chatChanges(values, accepted));
    await settings.set(tx, changes);
  }

  /** Which model chats are answered by follows from the provider and its own settings. */
  #chatChanges(values: Values, accepted: Values): Record<string, SettingChange> {
    const { names } = this.#context;
    const image = accepted.get('ImageGenerationModelPref');
    const changes: Record<string, SettingChange> =
      image === undefined ? {} : { [names.imageModel]: { value: image === '' ? null : image } };
    const provider = providerOf(values.get('LLMProvider'));
    const isConcerned = provider !== undefined && isTouched(provider, accepted);
    if (!accepted.has('LLMProvider') && !isConcerned) return changes;
    const model = provider === undefined ? undefined : modelOf(provider, values);
    changes[names.chatModel] = { value: model === undefined ? null : `${provider?.id ?? ''}/${model}` };
    const tokens = provider?.tokens === undefined ? undefined : values.get(provider.tokens);
    changes[names.chatTokens] = { value: tokens ?? null };
    return changes;
  }

  /** All that are set, as they are stored; a key that waits for its upstream's address among them. Never to be shown as it is. */
  async values(db?: Db): Promise<Map<string, string>> {
    return this.#context.settings.many(settableNames(), db);
  }
}

/** Whether a change says where models are, or with which key they are asked. */
export const concernsUpstreams = (body: Readonly<Record<string, unknown>>): boolean =>
  PROVIDERS.some(({ base, key }) =>
    [base, key].some((name) => name !== undefined && body[name] !== undefined),
  ) ||
  body['EmbeddingBasePath'] !== undefined ||
  body['GenericOpenAiEmbeddingApiKey'] !== undefined;

function faultIn(wanted: [string, string][]): string | undefined {
  for (const [name, value] of wanted) {
    const rule = ruleOf(name);
    const fault = rule === undefined ? `There is no ${name.slice(0, 60)} here.` : faultOf(rule, value);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const isTouched = ({ id, base, key, model, tokens }: Provider, accepted: Values): boolean =>
  accepted.get('LLMProvider') === id ||
  [base, key, model, tokens].some((name) => name !== undefined && accepted.has(name));

export const modelOf = ({ model, defaultModel }: Provider, values: Values): string | undefined =>
  values.get(model) ?? defaultModel;

interface Step {
  values: Values;
  accepted: Values;
}

/** @returns what is to be set beside: a key waits, sealed, until its upstream has an address. */
async function saveProvider(
  tx: Db,
  upstreams: UpstreamBook,
  { provider, values, accepted }: Step & { provider: Provider },
): Promise<Record<string, SettingChange>> {
  const { id, baseUrl, base, key, basePath = '' } = provider;
  const at = baseUrl ?? addressOf(base === undefined ? undefined : values.get(base), basePath);
  const given = key === undefined ? undefined : values.get(key);
  const stash = (value: string | null): Record<string, SettingChange> =>
    key === undefined ? {} : { [key]: { value, secret: true } };
  if (at === undefined) return given === undefined ? {} : stash(given === '' ? null : given);
  const present = await upstreams.find(tx, id);
  // One that is always at the same place is of no use without a key.
  if (present === undefined && given === undefined && baseUrl !== undefined) return {};
  const model = modelOf(provider, values);
  const models = provider.isUnlisted === true && model !== undefined ? withModel(present, model) : {};
  const isMoved = base !== undefined && accepted.has(base);
  if (present === undefined || given !== undefined || isMoved || 'models' in models)
    await upstreams.save(tx, { name: id, base_url: at, ...keyed(given), ...models });
  return stash(null);
}

const keyed = (key: string | undefined): { api_key?: string | null } =>
  key === undefined ? {} : { api_key: key === '' ? null : key };

const withModel = (present: { models: string[] } | undefined, model: string): { models?: string[] } =>
  present?.models.includes(model) === true ? {} : { models: [...(present?.models ?? []), model] };

/** With the path of the OpenAI-compatible part, where a server keeps that apart. */
function addressOf(base: string | undefined, path: string): string | undefined {
  const plain = base === undefined ? undefined : withoutTrailing(base, '/');
  return plain === undefined || plain.endsWith(path) ? plain : plain + path;
}

const EMBEDDING_NAMES = [
  'EmbeddingEngine',
  'EmbeddingBasePath',
  'EmbeddingModelPref',
  'GenericOpenAiEmbeddingApiKey',
];

/** The model is stored by the name that it can be asked for by: with its upstream, where it is not the local one. */
async function saveEmbedding(
  tx: Db,
  upstreams: UpstreamBook,
  { values, accepted, before }: Step & { before: Values },
): Promise<Record<string, SettingChange>> {
  if (!EMBEDDING_NAMES.some((name) => accepted.has(name))) return {};
  const engine = values.get('EmbeddingEngine') ?? 'native';
  const upstream = EMBEDDING_ENGINES[engine];
  const model = accepted.get('EmbeddingModelPref') ?? embeddingModelOf(before);
  const stash = await saveEmbeddingUpstream(tx, upstreams, { values, accepted, upstream, engine, model });
  const isOtherEngine =
    accepted.has('EmbeddingEngine') && engine !== (before.get('EmbeddingEngine') ?? 'native');
  // A model of one engine is none of another's.
  if (model === undefined || (isOtherEngine && !accepted.has('EmbeddingModelPref')))
    return { ...stash, EmbeddingModelPref: { value: null } };
  return { ...stash, EmbeddingModelPref: { value: upstream === undefined ? model : `${upstream}/${model}` } };
}

async function saveEmbeddingUpstream(
  tx: Db,
  upstreams: UpstreamBook,
  {
    values,
    accepted,
    upstream,
    engine,
    model,
  }: Step & { upstream: string | undefined; engine: string; model: string | undefined },
): Promise<Record<string, SettingChange>> {
  const name = 'GenericOpenAiEmbeddingApiKey';
  const given = values.get(name);
  const at = addressOf(values.get('EmbeddingBasePath'), engine === 'ollama' ? '/v1' : '');
  if (upstream !== EMBEDDING_UPSTREAM || at === undefined)
    return given === undefined ? {} : { [name]: { value: given === '' ? null : given, secret: true } };
  const present = await upstreams.find(tx, upstream);
  const models = model === undefined ? {} : withModel(present, model);
  const isMoved = accepted.has('EmbeddingBasePath') || accepted.has('EmbeddingEngine');
  if (present === undefined || given !== undefined || isMoved || 'models' in models)
    await upstreams.save(tx, { name: upstream, base_url: at, ...keyed(given), ...models });
  return { [name]: { value: null, secret: true } };
}

/** The model as it was named, without its upstream. */
export function embeddingModelOf(values: Values): string | undefined {
  const stored = values.get('EmbeddingModelPref');
  const upstream = EMBEDDING_ENGINES[values.get('EmbeddingEngine') ?? 'native'];
  const start = `${upstream ?? ''}/`;
  return upstream !== undefined && stored?.startsWith(start) === true ? stored.slice(start.length) : stored;
}
