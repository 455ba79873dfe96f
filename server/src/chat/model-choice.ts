import { KeywardError } from '../base/errors.ts';
import { matchesPattern, type NameSelector } from '../access/index.ts';
import type { Models, ModelView } from '../models/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Workspace } from '../workspaces/index.ts';

/** Names of the settings that decide about models of chats. */
export const CHAT_SETTINGS = {
  /** The model of workspaces that have none of their own. */
  model: 'LLMModelPref',
  /** Tokens that this model takes, and every other that is not known here. */
  windowTokens: 'LLMTokenLimit',
  /** Patterns of models that call tools, separated by commas: in mode `automatic` they work as agents. */
  toolModels: 'LLMToolModels',
  /** The model that makes images. */
  imageModel: 'ImageModelPref',
} as const;

/** A model with what a chat has to know of it. */
export interface ChosenModel {
  name: string;
  windowTokens: number;
  /** undefined: its own. */
  temperature: number | undefined;
  callsTools: boolean;
}

interface Wish {
  workspace: Workspace;
  isAgent: boolean;
  /** The caller's own choice. */
  model: string | undefined;
  selector: NameSelector | undefined;
}

interface Sources {
  models: Models;
  settings: Settings;
}

/** Local models count tokens in their own way, up to a sixth more than ours: the rest of their 4096 is for that. */
const LOCAL_WINDOW_TOKENS = 3_600;
export const WINDOW_TOKENS = 4_096;
/** Beginnings of names, the longest first where one begins with another. */
const KNOWN_WINDOWS: [start: string, tokens: number][] = [
  ['gpt-4.1', 1_000_000],
  ['gpt-4o', 128_000],
  ['gpt-4-turbo', 128_000],
  ['gpt-4', 8_192],
  ['gpt-3.5', 16_385],
  ['gpt-5', 272_000],
  ['o1', 128_000],
  ['o3', 200_000],
  ['o4', 200_000],
  ['claude', 200_000],
  ['gemini', 1_000_000],
  ['mistral-large', 128_000],
  ['llama3.1', 128_000],
  ['llama-3.1', 128_000],
  ['llama3.3', 128_000],
  ['llama-3.3', 128_000],
  ['qwen3', 32_768],
  ['qwen2.5', 32_768],
  ['deepseek', 64_000],
];
/** Families that call tools as OpenAI has them; an administrator's own list takes the place of this one. */
const TOOL_MODELS = 'gpt-4o*,gpt-4.1*,gpt-5*,o3*,o4*,claude-*,gemini-*,mistral-large*';
/** They take no other temperature than their own. */
const OWN_TEMPERATURE = /^(?:o[134]|gpt-5)/;
const TEMPERATURE = 0.7;
/** Models for something else than chats, by the words that their makers put into names. */
const NO_CHAT =
  /embed|minilm|\be5\b|bge-|rerank|whisper|tts|transcri|dall-?e|image|flux|diffusion|moderation/i;

/**
 * The caller's own choice, else the workspace's, else the setting, else the local model, else the first that chats.
 * @throws KeywardError `model_not_found` where there is none at all.
 */
export async function chooseModel(sources: Sources, wish: Wish): Promise<ChosenModel> {
  const { windowTokens, model, toolModels } = CHAT_SETTINGS;
  const settings = await sources.settings.many([windowTokens, model, toolModels]);
  const chosen = wish.model ?? (await workspaceModel(sources.models, wish));
  const preferred = nonEmpty(settings.get(model));
  const name = chosen ?? preferred ?? (await usualFor(sources, wish));
  // What was named with its upstream is known by what comes after it.
  const plain = name.slice(name.indexOf('/') + 1).toLowerCase();
  const isLocal = await isLocalModel(sources.models, name);
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

/** A provider is an upstream here: where it has the model, it is that one. */
async function workspaceModel(models: Models, { workspace, isAgent }: Wish): Promise<string | undefined> {
  const { agentProvider, agentModel, chatProvider, chatModel } = workspace;
  const pairs: [string | null, string | null][] = [[chatProvider, chatModel]];
  if (isAgent) pairs.unshift([agentProvider, agentModel]);
  const [provider, model] = pairs.find(([, model]) => model !== null && model !== '') ?? [];
  if (model === undefined || model === null) return undefined;
  const qualified = `${provider ?? ''}/${model}`;
  return provider !== null && (await models.findModel(qualified)) !== undefined ? qualified : model;
}

const LOCAL = 'local';

const isLocalModel = async (models: Models, name: string): Promise<boolean> =>
  (await models.findModel(name))?.owned_by === LOCAL;

function usual(models: readonly ModelView[]): string | undefined {
  const chats = models.filter(({ id }) => !NO_CHAT.test(id));
  return (chats.find(({ owned_by }) => owned_by.split(', ').includes(LOCAL)) ?? chats[0])?.id;
}

async function usualFor({ models }: Sources, { selector }: Wish): Promise<string> {
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
  /** Whether it is the one that the setting is about. */
  isUsual: boolean;
  setting: string | undefined;
}

/** Tokens that a model takes, the answer included. @param name in small letters, without its upstream. */
export function windowOf(name: string, { isLocal, isUsual, setting }: Known): number {
  if (isLocal) return LOCAL_WINDOW_TOKENS;
  const known = KNOWN_WINDOWS.find(([start]) => name.startsWith(start))?.[1];
  const read = Number(setting);
  const given = Number.isInteger(read) && read > 0 ? read : undefined;
  return (isUsual ? (given ?? known) : (known ?? given)) ?? WINDOW_TOKENS;
}

const nonEmpty = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

/** Whether one of a model's names fits one of the patterns. */
export const callsTools = (names: readonly string[], patterns = TOOL_MODELS): boolean =>
  patterns
    .split(',')
    .map((pattern) => pattern.trim())
    .some((pattern) => pattern !== '' && names.some((name) => matchesPattern(pattern, name)));

const IMAGES = /dall-?e|image|flux|diffusion/i;

/** The model that makes images: the setting's, else the first that is called like one; undefined: there is none. */
export async function imageModel(
  { models, settings }: Sources,
  selector: NameSelector | undefined,
): Promise<string | undefined> {
  const set = await settings.get(CHAT_SETTINGS.imageModel);
  if (set !== undefined && set !== '') return set;
  return (await models.listModels(selector)).find(({ id }) => IMAGES.test(id))?.id;
}

/** Who answers in each workspace: its provider, or the upstream of its model. */
export async function providersOf(sources: Sources, workspaces: readonly Workspace[]): Promise<string[]> {
  const usualModel = await chooseUsual(sources);
  const owners = new Map<string, string>();
  for (const { chatModel } of workspaces) {
    const name = chatModel ?? usualModel;
    if (name !== undefined && !owners.has(name))
      owners.set(name, (await sources.models.findModel(name))?.owned_by ?? '');
  }
  return workspaces.map(
    ({ chatProvider, chatModel }) =>
      chatProvider ?? (owners.get(chatModel ?? usualModel ?? '') || NO_PROVIDER),
  );
}

const NO_PROVIDER = 'keyward';

async function chooseUsual({ models, settings }: Sources): Promise<string | undefined> {
  const set = await settings.get(CHAT_SETTINGS.model);
  if (set !== undefined && set !== '') return set;
  return usual(await models.listModels());
}
