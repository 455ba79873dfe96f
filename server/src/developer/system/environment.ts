import type { Actor } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import { CHAT_SETTINGS } from '../../chat/index.ts';
import type { SystemServices } from '../services.ts';
import { faultOf, type SettingChange } from '../../settings/index.ts';
import type { Db } from '../../storage/index.ts';
import { EMBEDDING_ENGINES, EMBEDDING_UPSTREAM, embeddingModelOf, modelOf } from './providers.ts';
import { providerOf, PROVIDERS } from './providers.ts';
import type { Provider } from './providers.ts';
import { isForeign, settableNames, settableRow } from './system-table.ts';
import type { UpstreamBook } from './upstream-settings.ts';

type Body = Readonly<Record<string, unknown>>;
type Values = ReadonlyMap<string, string>;
type Changes = Record<string, SettingChange>;
type Context = Pick<SystemServices, 'settings' | 'audit'>;

interface EnvironmentChange {
  newValues: Record<string, string>;
  /** false: none. */
  error: string | false;
}

/** What is shown in place of a secret, also to whoever has just set it. */
const MASK = '*'.repeat(20);

/** All that are set, as they are stored; a key that waits for its upstream's address among them. Never to be shown as it is. */
export const environmentValues = (
  { settings }: Pick<SystemServices, 'settings'>,
  db?: Db,
): Promise<Map<string, string>> => settings.many(settableNames(), db);

/**
 * Sets settings by the names that clients have for them. Those of a provider of models become an upstream of the provider's
 * name; its key is kept there, sealed, and nowhere else. Takes all of the values or, where one cannot be, none: `error` says
 * of the first what is wrong with it. Names that mean nothing are passed over, and so are values that are a mask. Guarded by
 * system.test.ts.
 * @returns undefined where a value is no text: then nothing was changed.
 */
export async function updateEnvironment(
  context: Context,
  body: Body,
  by: { actor: Actor; upstreams: UpstreamBook },
): Promise<EnvironmentChange | undefined> {
  const named = Object.entries(body).filter(([name]) => settableRow(name) !== undefined || isForeign(name));
  if (named.some(([, value]) => typeof value !== 'string')) return undefined;
  const wanted = (named as [string, string][]).filter(([, value]) => !value.includes('******'));
  const accepted = new Map(wanted);
  const fault = faultIn(wanted) ?? (await context.settings.inTurn(() => apply(context, accepted, by)));
  if (fault !== undefined) return { newValues: {}, error: fault };
  const shown = wanted.map(([name, value]) => [name, settableRow(name)?.secret === true ? MASK : value]);
  return { newValues: Object.fromEntries(shown) as Record<string, string>, error: false };
}

/** Settings, upstreams and their audit records: all or, where an upstream is refused, nothing. */
async function apply(
  { settings, audit }: Context,
  accepted: Values,
  { actor, upstreams }: { actor: Actor; upstreams: UpstreamBook },
): Promise<string | undefined> {
  if (accepted.size === 0) return undefined;
  try {
    await audit.change(actor, async (tx) => {
      const before = await environmentValues({ settings }, tx);
      const step = { values: new Map([...before, ...accepted]), accepted, before };
      await settings.set(tx, await changesOf(tx, upstreams, step));
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

/** Whether a change says where models are, or with which key they are asked. */
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
  /** As they are once it is done. */
  values: Values;
  accepted: Values;
  before: Values;
}

const kept = (value: string | undefined): SettingChange => ({ value: value || null });

/** What is to be set; upstreams are saved on the way. */
async function changesOf(tx: Db, upstreams: UpstreamBook, step: Step): Promise<Changes> {
  const plain = [...step.accepted].filter(([name]) => settableRow(name)?.secret !== true);
  const changes: Changes = Object.fromEntries(plain.map(([name, value]) => [name, kept(value)]));
  for (const provider of PROVIDERS.filter((candidate) => isTouched(candidate, step.accepted)))
    Object.assign(changes, await saveProvider(tx, upstreams, { ...step, provider }));
  return Object.assign(changes, await saveEmbedding(tx, upstreams, step), chatChanges(step));
}

/** Which model chats are answered by follows from the provider and its own settings. */
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

/** A key waits, sealed, until its upstream has an address. */
const waiting = (name: string | undefined, value: string | null): Changes =>
  name === undefined ? {} : { [name]: { value, secret: true } };

/** @returns what is to be set beside. */
async function saveProvider(
  tx: Db,
  upstreams: UpstreamBook,
  { provider, values, accepted }: Step & { provider: Provider },
): Promise<Changes> {
  const { id, baseUrl, base, key, basePath = '', isUnlisted } = provider;
  const at = baseUrl ?? addressOf(base === undefined ? undefined : values.get(base), basePath);
  const given = key === undefined ? undefined : values.get(key);
  if (at === undefined) return given === undefined ? {} : waiting(key, given || null);
  const present = await upstreams.find(tx, id);
  // One that is always at the same place is of no use without a key.
  if (present === undefined && given === undefined && baseUrl !== undefined) return {};
  const model = isUnlisted === true ? modelOf(provider, values) : undefined;
  const isMoved = base !== undefined && accepted.has(base);
  await saveUpstream(tx, upstreams, { name: id, at, given, model, isMoved, present });
  return waiting(key, null);
}

interface Upstream {
  name: string;
  at: string;
  /** The key, where one was given; '': none from now on. */
  given: string | undefined;
  /** One that its list of models must have. */
  model: string | undefined;
  isMoved: boolean;
  present: Awaited<ReturnType<UpstreamBook['find']>>;
}

/** Where something of it is new. */
async function saveUpstream(tx: Db, upstreams: UpstreamBook, upstream: Upstream): Promise<void> {
  const { name, at, given, model, isMoved, present } = upstream;
  const isNewModel = model !== undefined && present?.models.includes(model) !== true;
  if (present !== undefined && given === undefined && !isMoved && !isNewModel) return;
  await upstreams.save(tx, {
    name,
    base_url: at,
    ...(given === undefined ? {} : { api_key: given || null }),
    ...(isNewModel ? { models: [...(present?.models ?? []), model] } : {}),
  });
}

/** With the path of the OpenAI-compatible part, where a server keeps that apart. */
function addressOf(base: string | undefined, path: string): string | undefined {
  const plain = base === undefined ? undefined : withoutTrailing(base, '/');
  return plain === undefined || plain.endsWith(path) ? plain : plain + path;
}

const EMBEDDING_KEY = 'GenericOpenAiEmbeddingApiKey';
const EMBEDDING_NAMES = ['EmbeddingEngine', 'EmbeddingBasePath', 'EmbeddingModelPref', EMBEDDING_KEY];

/** The model is stored by the name that it can be asked for by: with its upstream, where it is not the local one. */
async function saveEmbedding(tx: Db, upstreams: UpstreamBook, step: Step): Promise<Changes> {
  const { values, accepted, before } = step;
  if (!EMBEDDING_NAMES.some((name) => accepted.has(name))) return {};
  const engine = values.get('EmbeddingEngine') ?? 'native';
  const upstream = EMBEDDING_ENGINES[engine];
  const model = accepted.get('EmbeddingModelPref') ?? embeddingModelOf(before);
  const key = await saveEmbeddingUpstream(tx, upstreams, { ...step, engine, model });
  const isOtherEngine =
    accepted.has('EmbeddingEngine') && engine !== (before.get('EmbeddingEngine') ?? 'native');
  // A model of one engine is none of another's.
  if (model === undefined || (isOtherEngine && !accepted.has('EmbeddingModelPref')))
    return { ...key, EmbeddingModelPref: { value: null } };
  return { ...key, EmbeddingModelPref: { value: upstream === undefined ? model : `${upstream}/${model}` } };
}

async function saveEmbeddingUpstream(
  tx: Db,
  upstreams: UpstreamBook,
  { values, accepted, engine, model }: Step & { engine: string; model: string | undefined },
): Promise<Changes> {
  const given = values.get(EMBEDDING_KEY);
  const at = addressOf(values.get('EmbeddingBasePath'), engine === 'ollama' ? '/v1' : '');
  const name = EMBEDDING_ENGINES[engine];
  if (name !== EMBEDDING_UPSTREAM || at === undefined)
    return given === undefined ? {} : waiting(EMBEDDING_KEY, given || null);
  const present = await upstreams.find(tx, name);
  const isMoved = accepted.has('EmbeddingBasePath') || accepted.has('EmbeddingEngine');
  await saveUpstream(tx, upstreams, { name, at, given, model, isMoved, present });
  return waiting(EMBEDDING_KEY, null);
}
