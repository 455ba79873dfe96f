import { CHAT_MODES, SEARCH_MODES, type WorkspaceSettings } from './workspace.ts';

const NAME_MAX_CHARACTERS = 255;
const TEXT_MAX_CHARACTERS = 500_000;
/** Generated clients read whole numbers into 32 bits. */
const WHOLE_MAX = 2_147_483_647;

const SOME_NAME = 'My Workspace';

/** A bad value becomes the nearest allowed one. */
const READ: { [K in keyof WorkspaceSettings]: (value: unknown) => WorkspaceSettings[K] } = {
  name: (value) => text(value)?.slice(0, NAME_MAX_CHARACTERS) ?? SOME_NAME,
  openAiTemp: (value) => {
    const temperature = number(value);
    return temperature === undefined || temperature < 0 ? null : temperature;
  },
  openAiHistory: (value) => whole(value, { fallback: 20, min: 0 }),
  openAiPrompt: text,
  similarityThreshold: (value) => Math.min(1, Math.max(0, number(value) ?? 0.25)),
  chatProvider: provider,
  chatModel: text,
  topN: (value) => whole(value, { fallback: 4, min: 1 }),
  chatMode: (value) => CHAT_MODES.find((mode) => mode === value) ?? 'automatic',
  agentProvider: provider,
  agentModel: text,
  queryRefusalResponse: text,
  vectorSearchMode: (value) => SEARCH_MODES.find((mode) => mode === value) ?? 'default',
  routerId: (value) => {
    const id = number(value);
    return id !== undefined && Number.isInteger(id) && id >= 1 && id <= WHOLE_MAX ? id : null;
  },
};

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, TEXT_MAX_CHARACTERS) : null;
}

/** Forms send `none` for the provider of the whole server. */
function provider(value: unknown): string | null {
  return value === 'none' || value === 'default' ? null : text(value);
}

/** A number, or the number at the start of a text, as forms send it. */
function number(value: unknown): number | undefined {
  const read = typeof value === 'number' ? value : typeof value === 'string' ? parseFloat(value) : NaN;
  return Number.isFinite(read) ? read : undefined;
}

function whole(value: unknown, { fallback, min }: { fallback: number; min: number }): number {
  const read = number(value);
  return read === undefined ? fallback : Math.min(WHOLE_MAX, Math.max(min, Math.trunc(read)));
}

/** Settings, each with a value of any type; undefined: it stays as it is. */
type GivenSettings = { [K in keyof WorkspaceSettings]?: unknown };

/** No search mode is nearest to another one. @returns the problem; undefined: none. */
export function searchModeProblem({ vectorSearchMode: mode }: GivenSettings): string | undefined {
  if (mode === undefined || mode === null || SEARCH_MODES.some((one) => one === mode)) return undefined;
  return `vectorSearchMode: must be one of ${SEARCH_MODES.join(', ')}, such as "${SEARCH_MODES[0]}". Nothing was changed.`;
}

/** The settings that are given, each as the nearest allowed value. */
export function readSettings(given: GivenSettings): Partial<WorkspaceSettings> {
  const settings = Object.fromEntries(
    Object.entries(READ).flatMap(([name, read]) => {
      const value = given[name as keyof WorkspaceSettings];
      return value === undefined ? [] : [[name, read(value)]];
    }),
  );
  // A model's name means nothing without its provider.
  return given.chatProvider === 'default' ? { ...settings, chatModel: null } : settings;
}

export const defaultSettings = (): WorkspaceSettings =>
  Object.fromEntries(Object.entries(READ).map(([name, read]) => [name, read(undefined)])) as never;
