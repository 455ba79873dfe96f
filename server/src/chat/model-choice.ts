import { KeywardError } from '../base/errors.ts';
import { matchesPattern, type NameSelector } from '../access/index.ts';
import { isForChat, type Models, type ModelView } from '../models/index.ts';
import type { Workspace } from '../workspaces/index.ts';
import type { ChatContext } from './chat.ts';

/** Names of the settings for models of chats. */
export const CHAT_SETTINGS = {
  /** The model of workspaces without their own. */
  model: 'LLMModelPref',
  /** The window of this model, and of models that Keyward does not know. */
  windowTokens: 'LLMTokenLimit',
  /** Patterns of models that call tools, separated by commas: in mode `automatic` they work as agents. */
  toolModels: 'LLMToolModels',
  /** The model that makes images. */
  imageModel: 'ImageModelPref',
} as const;

export interface ChosenModel {
  name: string;
  windowTokens: number;
  /** undefined: the model's default. */
  temperature: number | undefined;
  callsTools: boolean;
}

interface Options {
  workspace: Workspace;
  isAgent: boolean;
  /** The caller's own choice. */
  model: string | undefined;
  selector: NameSelector | undefined;
}

type Context = Pick<ChatContext, 'models' | 'settings'>;

/** Of 4,096: local models need up to a sixth more tokens than Keyward counts. */
const LOCAL_WINDOW_TOKENS = 3_600;
export const WINDOW_TOKENS = 4_096;
/** By the beginning of a name; the first match counts. */
const KNOWN_WINDOWS: [name: RegExp, tokens: number][] = [
  [/^(gpt-4\.1|gemini)/, 1_000_000],
  [/^gpt-5/, 272_000],
  [/^(o[34]|claude)/, 200_000],
  [/^(gpt-4o|gpt-4-turbo|o1|mistral-large|llama-?3\.[13])/, 128_000],
  [/^deepseek/, 64_000],
  [/^qwen(3|2\.5)/, 32_768],
  [/^gpt-3\.5/, 16_385],
  [/^gpt-4/, 8_192],
];
/** Families that call tools as in the OpenAI API. An administrator's own list replaces it. */
const TOOL_MODELS = 'gpt-4o*,gpt-4.1*,gpt-5*,o3*,o4*,claude-*,gemini-*,mistral-large*';
/** They refuse a temperature. */
const OWN_TEMPERATURE = /^(?:o[134]|gpt-5)/;
const TEMPERATURE = 0.7;

/**
 * The caller's own choice, else the workspace's, else the setting, else the local model, else the first model that chats.
 * @throws KeywardError `model_not_found`, `upstream_unavailable`
 */
export async function chooseModel(context: Context, options: Options): Promise<ChosenModel> {
  const { windowTokens, model, toolModels } = CHAT_SETTINGS;
  const settings = await context.settings.many([windowTokens, model, toolModels]);
  const chosen = options.model ?? (await workspaceModel(context.models, options));
  const preferred = settings.get(model) || undefined;
  const name = chosen ?? preferred ?? (await usualFor(context, options));
  // Without the upstream.
  const plain = name.slice(name.indexOf('/') + 1).toLowerCase();
  const isLocal = (await context.models.findModel(name))?.owned_by === LOCAL;
  return {
    name,
    windowTokens: windowOf(plain, {
      isLocal,
      isUsual: chosen === undefined || chosen === preferred,
      setting: settings.get(windowTokens),
    }),
    temperature: isLocal || OWN_TEMPERATURE.test(plain) ? undefined : TEMPERATURE,
    callsTools: callsTools([name, plain], settings.get(toolModels)),
  };
}

/** A provider is the name of an upstream. If that has the model, it is used. */
async function workspaceModel(models: Models, { workspace, isAgent }: Options): Promise<string | undefined> {
  const { provider, model } = workspaceChoice(workspace, isAgent) ?? {};
  if (model === undefined) return undefined;
  const qualified = `${provider ?? ''}/${model}`;
  return provider !== null && (await models.findModel(qualified)) !== undefined ? qualified : model;
}

type Choices = Pick<Workspace, 'agentProvider' | 'agentModel' | 'chatProvider' | 'chatModel'>;

/** The model that a workspace names: for an agent its own, else that for chats. */
export function workspaceChoice(
  { agentProvider, agentModel, chatProvider, chatModel }: Choices,
  isAgent: boolean,
): { provider: string | null; model: string } | undefined {
  if (isAgent && agentModel !== null && agentModel !== '')
    return { provider: agentProvider, model: agentModel };
  return chatModel === null || chatModel === '' ? undefined : { provider: chatProvider, model: chatModel };
}

const LOCAL = 'local';

/** The local model, else the first one that chats. */
export function usual(models: readonly Pick<ModelView, 'id' | 'owned_by'>[]): string | undefined {
  const chats = models.filter(({ id }) => isForChat(id));
  return (chats.find(({ owned_by }) => owned_by.split(', ').includes(LOCAL)) ?? chats[0])?.id;
}

/** `usual` of the models that the selector covers. @throws KeywardError `model_not_found`, `upstream_unavailable` */
export async function usualFor(
  { models }: Pick<ChatContext, 'models'>,
  { selector }: Pick<Options, 'selector'>,
): Promise<string> {
  const chosen = usual(await models.listModels(selector));
  if (chosen !== undefined) return chosen;
  if (models.isIncomplete) {
    throw new KeywardError('upstream_unavailable', 'No model to chat with is known yet.', {
      status: 503,
      hint: 'An upstream has not been reached yet. Try again in a few seconds.',
      headers: { 'retry-after': '5' },
    });
  }
  throw new KeywardError('model_not_found', 'There is no model to chat with.', {
    hint: 'Add an upstream, or choose a model that the key covers.',
  });
}

interface Known {
  isLocal: boolean;
  /** Whether the setting is for this model. */
  isUsual: boolean;
  setting: string | undefined;
}

/** The window of a model in tokens, the answer included. @param name in lower case, without its upstream. */
export function windowOf(name: string, { isLocal, isUsual, setting }: Known): number {
  if (isLocal) return LOCAL_WINDOW_TOKENS;
  const known = KNOWN_WINDOWS.find(([start]) => start.test(name))?.[1];
  const read = Number(setting);
  const given = Number.isInteger(read) && read > 0 ? read : undefined;
  return (isUsual ? (given ?? known) : (known ?? given)) ?? WINDOW_TOKENS;
}

/** Whether one of a model's names matches one of the patterns. */
export const callsTools = (names: readonly string[], patterns = TOOL_MODELS): boolean =>
  patterns
    .split(',')
    .map((pattern) => pattern.trim())
    .some((pattern) => pattern !== '' && names.some((name) => matchesPattern(pattern, name)));

const IMAGES = /dall-?e|image|flux|diffusion/i;

/** The model that makes images: the setting's, else the first with a fitting name. */
export async function imageModel(
  { models, settings }: Context,
  selector: NameSelector | undefined,
): Promise<string | undefined> {
  const set = await settings.get(CHAT_SETTINGS.imageModel);
  return set || (await models.listModels(selector)).find(({ id }) => IMAGES.test(id))?.id;
}

/** The provider of each workspace, or the upstream of its model. */
export async function providersOf(
  { models, settings }: Context,
  workspaces: readonly Workspace[],
): Promise<string[]> {
  const usualModel = (await settings.get(CHAT_SETTINGS.model)) || usual(await models.listModels());
  const owners = new Map<string, string>();
  for (const { chatModel } of workspaces) {
    const name = chatModel ?? usualModel;
    if (name !== undefined && !owners.has(name))
      owners.set(name, (await models.findModel(name))?.owned_by ?? '');
  }
  return workspaces.map(
    ({ chatProvider, chatModel }) =>
      chatProvider ?? (owners.get(chatModel ?? usualModel ?? '') || NO_PROVIDER),
  );
}

const NO_PROVIDER = 'keyward';
