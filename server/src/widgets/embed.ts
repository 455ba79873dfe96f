import { KeywardError } from '../base/errors.ts';
import { readAllowlist } from './origins.ts';

export type EmbedMode = 'chat' | 'query';

/** A chat widget: one workspace that pages of other sites may ask. */
export interface Embed {
  id: number;
  /** What the pages call it by. */
  uuid: string;
  workspaceId: number;
  enabled: boolean;
  chatMode: EmbedMode;
  /** Origins; null: any. */
  allowlist: string[] | null;
  allowModelOverride: boolean;
  allowTemperatureOverride: boolean;
  allowPromptOverride: boolean;
  /** In any 24 hours; null: no limit but that of the address. */
  maxChatsPerDay: number | null;
  maxChatsPerSession: number | null;
  /** How many earlier messages the model is given; null: 20. */
  messageLimit: number | null;
  /** The key that made, last changed or took it over: its budgets pay, and the widget ends with it. null: it moved in. */
  payerKeyId: string | null;
  /** Under whom its use stands in reports. */
  ownerId: string | null;
  /** ms since 1970. */
  createdAt: number;
}

/** What a request may say about a widget. */
export type EmbedSettings = Omit<
  Embed,
  'id' | 'uuid' | 'workspaceId' | 'payerKeyId' | 'ownerId' | 'createdAt'
>;

export const DEFAULTS: EmbedSettings = {
  enabled: true,
  chatMode: 'query',
  allowlist: null,
  allowModelOverride: false,
  allowTemperatureOverride: false,
  allowPromptOverride: false,
  maxChatsPerDay: null,
  maxChatsPerSession: null,
  messageLimit: null,
};

const LIMIT_MAX = 1_000_000_000;

/** As clients send them: what is no boolean is no consent, what is no positive number is no limit. */
const isYes = (value: unknown): boolean => value === true;
const readMode = (value: unknown): EmbedMode => (value === 'chat' ? 'chat' : 'query');

/**
 * A number above zero, rounded down; anything else lifts the limit, as clients expect.
 * Below one is one: a limit that was meant must not vanish by rounding.
 */
function readLimit(value: unknown): number | null {
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  if (Number.isNaN(number) || number <= 0) return null;
  return Math.min(Math.max(1, Math.floor(number)), LIMIT_MAX);
}

const READERS: Record<string, (value: unknown) => Partial<EmbedSettings>> = {
  enabled: (value) => ({ enabled: isYes(value) }),
  chat_mode: (value) => ({ chatMode: readMode(value) }),
  allowlist_domains: (value) => ({ allowlist: readAllowlist(value) }),
  allow_model_override: (value) => ({ allowModelOverride: isYes(value) }),
  allow_temperature_override: (value) => ({ allowTemperatureOverride: isYes(value) }),
  allow_prompt_override: (value) => ({ allowPromptOverride: isYes(value) }),
  max_chats_per_day: (value) => ({ maxChatsPerDay: readLimit(value) }),
  max_chats_per_session: (value) => ({ maxChatsPerSession: readLimit(value) }),
  message_limit: (value) => ({ messageLimit: readLimit(value) }),
};

/**
 * The settings that a body names; others are left alone, unknown members too.
 * @throws KeywardError `bad_request` for an allow-list that cannot be read.
 */
export function readSettings(body: Record<string, unknown>): Partial<EmbedSettings> {
  const named = Object.keys(READERS).filter((name) => body[name] !== undefined);
  return Object.assign({}, ...named.map((name) => READERS[name]?.(body[name]))) as Partial<EmbedSettings>;
}

export const noSuchEmbed = (): KeywardError => new KeywardError('not_found', 'Embed not found');
