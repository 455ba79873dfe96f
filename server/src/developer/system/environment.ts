import type { Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import { CHAT_SETTINGS } from '../../chat/index.ts';
import { findUpstream, putUpstream, type Models } from '../../models/index.ts';
import type { SystemServices } from '../services.ts';
import { faultOf, type SettingChange } from '../../settings/index.ts';
import type { Db } from '../../storage/index.ts';
import { EMBEDDING_ENGINES, EMBEDDING_UPSTREAM, embeddingModelOf, modelOf } from './providers.ts';
import { providerOf, PROVIDERS } from './providers.ts';
import type { Provider } from './providers.ts';
import { isForeign, settableNames, settableRow } from './system-table.ts';
import { refuseUpstreams } from './upstream-settings.ts';

type Body = Readonly<Record<string, unknown>>;
type Values = ReadonlyMap<string, string>;
type Changes = Record<string, SettingChange>;
type Context = Pick<SystemServices, 'settings' | 'audit' | 'models'>;

/** The upstreams, and the key that changes them. */
interface Upstreams {
  models: Models;
  caller: Caller;
}

interface EnvironmentChange {
  newValues: Record<string, string>;
  /** false: no error. */
  error: string | false;
}

/** Shown in place of every secret. */
const MASK = '*'.repeat(20);

/** All values as they are stored, with the keys that wait for the address of their upstream: never shown as they are. */
export const environmentValues = (
  { settings }: Pick<SystemServices, 'settings'>,
  db?: Db,
): Promise<Map<string, string>> => settings.many(settableNames(), db);

/**
 * Changes settings under their names in the Developer API. Those of a provider of models become an upstream of the provider's
 * name, which alone stores its key, sealed. Either all values are set or, where one is invalid, none: `error` is the first
 * problem. Unknown names and masked values are ignored. Guarded by system.test.ts.
 * @returns undefined, and changes nothing, where a value is not text.
 */
export async function updateEnvironment(
  context: Context,
  body: Body,
  caller: Caller,
): Promise<EnvironmentChange | undefined> {
  const named = Object.entries(body).filter(([name]) => settableRow(name) !== undefined || isForeign(name));
  if (named.some(([, value]) => typeof value !== 'string')) return undefined;
  const wanted = (named as [string, string][]).filter(([, value]) => !value.includes('******'));
  const accepted = new Map(wanted);
  const fault = faultIn(wanted) ?? (await context.settings.inTurn(() => apply(context, accepted, caller)));
  if (fault !== undefined) return { newValues: {}, error: fault };
  const shown = wanted.map(([name, value]) => [name, settableRow(name)?.secret === true ? MASK : value]);
  return { newValues: Object.fromEntries(shown) as Record<string, string>, error: false };
}

/** Settings, upstreams and audit records in one transaction. @returns why an upstream is refused. */
async function apply(
  { settings, audit, models }: Context,
  accepted: Values,
  caller: Caller,
): Promise<string | undefined> {
  if (accepted.size === 0) return undefined;
  try {
    await audit.change({ kind: 'key', caller }, async (tx) => {
      const before = await environmentValues({ settings }, tx);
      const step = { values: new Map([...before, ...accepted]), accepted, before };
      await settings.set(tx, await changesOf(tx, { models, caller }, step));
      const details = { changed: [...accepted.keys()] };
      return { result: undefined, entry: { action: 'settings.update', target: 'system', details } };
    });
  } catch (error) {
    if (error instanceof KeywardError && error.code === 'invalid_input') return error.message;
    throw error;
  }
  await models.table.reload();
  return undefined;
}

/** Whether a change names the address or the key of an upstream. */
export const concernsUpstreams = (body: Body): boolean =>
  [
    ...PROVIDERS.flatMap(({ base, key }) => [base, key]),
    'EmbeddingBasePath',
    'GenericOpenAiEmbeddingApiKey',
  ].some((name) => name !== undefined && body[name] !== undefined);

function faultIn(wanted: [string, string][]): string | undefined {
  for (const [name, value] of wanted) {
    const row = settableRow(name);
    const fault = row === undefined ? `There is no ${name.slice(0, 60)} here.` : faultOf(row, value);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

interface Step {
  /** After the change. */
  values: Values;
  accepted: Values;
  before: Values;
}

const kept = (value: string | undefined): SettingChange => ({ value: value || null });

/** The settings to store; saves the upstreams. */
async function changesOf(tx: Db, upstreams: Upstreams, step: Step): Promise<Changes> {
  const plain = [...step.accepted].filter(([name]) => settableRow(name)?.secret !== true);
  const changes: Changes = Object.fromEntries(plain.map(([name, value]) => [name, kept(value)]));
  for (const provider of PROVIDERS.filter((candidate) => isTouched(candidate, step.accepted)))
    Object.assign(changes, await saveProvider(tx, upstreams, { ...step, provider }));
  return Object.assign(changes, await saveEmbedding(tx, upstreams, step), chatChanges(step));
}

/** The chat model follows from the provider and its settings. */
function chatChanges({ values, accepted }: Step): Changes {
  const image = accepted.get('ImageGenerationModelPref');
  const changes: Changes = image === undefined ? {} : { [CHAT_SETTINGS.imageModel]: kept(image) };
  const provider = providerOf(values.get('LLMProvider'));
  const isConcerned = provider !== undefined && isTouched(provider, accepted);
  if (!accepted.has('LLMProvider') && !isConcerned) return changes;
  const model = provider === undefined ? undefined : modelOf(provider, values);
  const tokens = provider?.tokens === undefined ? undefined : values.get(provider.tokens);
  return {
    ...changes,
    [CHAT_SETTINGS.model]: { value: model === undefined ? null : `${provider?.id ?? ''}/${model}` },
    [CHAT_SETTINGS.windowTokens]: { value: tokens ?? null },
  };
}

const isTouched = ({ id, base, key, model, tokens }: Provider, accepted: Values): boolean =>
  accepted.get('LLMProvider') === id ||
  [base, key, model, tokens].some((name) => name !== undefined && accepted.has(name));

/** A key is stored as a sealed setting until its upstream has an address. */
const waiting = (name: string | undefined, value: string | null): Changes =>
  name === undefined ? {} : { [name]: { value, secret: true } };

/** @returns the settings to store. */
async function saveProvider(
  tx: Db,
  upstreams: Upstreams,
  { provider, values, accepted }: Step & { provider: Provider },
): Promise<Changes> {
  const { id, baseUrl, base, key, basePath = '', isUnlisted } = provider;
  const at = baseUrl ?? addressOf(base === undefined ? undefined : values.get(base), basePath);
  const given = key === undefined ? undefined : values.get(key);
  if (at === undefined) return given === undefined ? {} : waiting(key, given || null);
  const present = await findUpstream(tx, id);
  // A hosted provider is of no use without a key.
  if (present === undefined && given === undefined && baseUrl !== undefined) return {};
  const model = isUnlisted === true ? modelOf(provider, values) : undefined;
  const isMoved = base !== undefined && accepted.has(base);
  await saveUpstream(tx, upstreams, { name: id, at, given, model, isMoved, present });
  return waiting(key, null);
}

interface Upstream {
  name: string;
  at: string;
  /** The new key; '' removes it. */
  given: string | undefined;
  /** A model that its list must have. */
  model: string | undefined;
  isMoved: boolean;
  present: Awaited<ReturnType<typeof findUpstream>>;
}

/** Does nothing where nothing of it is new. */
async function saveUpstream(tx: Db, { models: table, caller }: Upstreams, upstream: Upstream): Promise<void> {
  const { name, at, given, model, isMoved, present } = upstream;
  const models = present?.models.map((one) => (typeof one === 'string' ? one : one.name)) ?? [];
  const isNewModel = model !== undefined && !models.includes(model);
  if (present !== undefined && given === undefined && !isMoved && !isNewModel) return;
  refuseUpstreams(caller);
  const input = {
    name,
    base_url: at,
    ...(given === undefined ? {} : { api_key: given || null }),
    ...(isNewModel ? { models: [...models, model] } : {}),
  };
  await putUpstream(table, tx, { input, actor: { kind: 'key', caller } });
}

/** With the path of the OpenAI-compatible API of the server. */
function addressOf(base: string | undefined, path: string): string | undefined {
  const plain = base === undefined ? undefined : withoutTrailing(base, '/');
  return plain === undefined || plain.endsWith(path) ? plain : plain + path;
}

const EMBEDDING_KEY = 'GenericOpenAiEmbeddingApiKey';
const EMBEDDING_NAMES = ['EmbeddingEngine', 'EmbeddingBasePath', 'EmbeddingModelPref', EMBEDDING_KEY];

/** The model is stored under its full name, with its upstream unless it is local. */
async function saveEmbedding(tx: Db, upstreams: Upstreams, step: Step): Promise<Changes> {
  const { values, accepted, before } = step;
  if (!EMBEDDING_NAMES.some((name) => accepted.has(name))) return {};
  const engine = values.get('EmbeddingEngine') ?? 'native';
  const upstream = EMBEDDING_ENGINES[engine];
  const model = accepted.get('EmbeddingModelPref') ?? embeddingModelOf(before);
  const key = await saveEmbeddingUpstream(tx, upstreams, { ...step, engine, model });
  const isOtherEngine =
    accepted.has('EmbeddingEngine') && engine !== (before.get('EmbeddingEngine') ?? 'native');
  // Another engine does not have this model.
  if (model === undefined || (isOtherEngine && !accepted.has('EmbeddingModelPref')))
    return { ...key, EmbeddingModelPref: { value: null } };
  return { ...key, EmbeddingModelPref: { value: upstream === undefined ? model : `${upstream}/${model}` } };
}

async function saveEmbeddingUpstream(
  tx: Db,
  upstreams: Upstreams,
  { values, accepted, engine, model }: Step & { engine: string; model: string | undefined },
): Promise<Changes> {
  const given = values.get(EMBEDDING_KEY);
  const at = addressOf(values.get('EmbeddingBasePath'), engine === 'ollama' ? '/v1' : '');
  const name = EMBEDDING_ENGINES[engine];
  if (name !== EMBEDDING_UPSTREAM || at === undefined)
    return given === undefined ? {} : waiting(EMBEDDING_KEY, given || null);
  const present = await findUpstream(tx, name);
  const isMoved = accepted.has('EmbeddingBasePath') || accepted.has('EmbeddingEngine');
  await saveUpstream(tx, upstreams, { name, at, given, model, isMoved, present });
  return waiting(EMBEDDING_KEY, null);
}
