import { CHAT_MODES, SEARCH_MODES, type WorkspaceSettings } from './workspace.ts';

const NAME_MAX_CHARACTERS = 255;
const TEXT_MAX_CHARACTERS = 500_000;
/** Generated clients read whole numbers into 32 bits. */
const WHOLE_MAX = 2_147_483_647;

/** The name in place of one that is no text. */
const SOME_NAME = 'My Workspace';

/**
 * A bad value is never refused: it becomes the nearest that can be, as clients of the Developer API know it. Each
 * takes anything at all.
 */
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

/** `none` is what forms send for "as the whole server". */
function provider(value: unknown): string | null {
  return value === 'none' || value === 'default' ? null : text(value);
}

/** As much of the value as begins like a number: form fields and careless clients send text. */
function number(value: unknown): number | undefined {
  const read = typeof value === 'number' ? value : typeof value === 'string' ? parseFloat(value) : NaN;
  return Number.isFinite(read) ? read : undefined;
}

function whole(value: unknown, { fallback, min }: { fallback: number; min: number }): number {
  const read = number(value);
  return read === undefined ? fallback : Math.min(WHOLE_MAX, Math.max(min, Math.trunc(read)));
}

/** Names on the wire, where they are not our own. */
const WIRE_NAMES: Partial<Record<keyof WorkspaceSettings, string>> = { routerId: 'router_id' };

/** The settings that `body` names, each as it can be; what it does not name is not there. */
export function readSettings(body: Readonly<Record<string, unknown>>): Partial<WorkspaceSettings> {
  const found = Object.entries(READ).flatMap(([name, read]) => {
    const wireName = WIRE_NAMES[name as keyof WorkspaceSettings] ?? name;
    return Object.hasOwn(body, wireName) ? [[name, read(body[wireName])] as const] : [];
  });
  const settings = Object.fromEntries(found) as Partial<WorkspaceSettings>;
  // Without its provider a model's name means nothing.
  return body.chatProvider === 'default' ? { ...settings, chatModel: null } : settings;
}

/** What a new workspace has where nothing else is said. */
export const defaultSettings = (): WorkspaceSettings =>
  Object.fromEntries(Object.entries(READ).map(([name, read]) => [name, read(undefined)])) as never;
