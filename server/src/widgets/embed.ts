import { KeywardError } from '../base/errors.ts';
import { readAllowlist } from './origins.ts';

export type EmbedMode = 'chat' | 'query';

export interface Embed {
  id: number;
  /** Its name for pages. */
  uuid: string;
  workspaceId: number;
  enabled: boolean;
  chatMode: EmbedMode;
  /** Origins; null: any. */
  allowlist: string[] | null;
  allowModelOverride: boolean;
  allowTemperatureOverride: boolean;
  allowPromptOverride: boolean;
  /** In any 24 hours; null: no limit but the one of the address. */
  maxChatsPerDay: number | null;
  maxChatsPerSession: number | null;
  /** The number of earlier chats that the model is given; null: 20. */
  messageLimit: number | null;
  /** The payer: the key that made, last changed or adopted it. The widget ends with it. null: imported. */
  payerKeyId: string | null;
  /** The owner in usage reports. */
  ownerId: string | null;
  /** ms since 1970. */
  createdAt: number;
}

/** The part of a widget that a request may set. */
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

const isTrue = (value: unknown): boolean => value === true;

/** A number above zero, rounded down but never to zero, which would lift the limit. Anything else means no limit. */
function readLimit(value: unknown): number | null {
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  if (Number.isNaN(number) || number <= 0) return null;
  return Math.min(Math.max(1, Math.floor(number)), LIMIT_MAX);
}

const READ: { [K in keyof EmbedSettings]: (value: unknown) => EmbedSettings[K] } = {
  enabled: isTrue,
  chatMode: (value) => (value === 'chat' ? 'chat' : 'query'),
  allowlist: readAllowlist,
  allowModelOverride: isTrue,
  allowTemperatureOverride: isTrue,
  allowPromptOverride: isTrue,
  maxChatsPerDay: readLimit,
  maxChatsPerSession: readLimit,
  messageLimit: readLimit,
};

/** Settings of a widget, each with a value of any type; undefined: it stays as it is. */
export type GivenSettings = { [K in keyof EmbedSettings]?: unknown };

/** @throws KeywardError `bad_request` for an unreadable allow-list. */
export const readSettings = (given: GivenSettings): Partial<EmbedSettings> =>
  Object.fromEntries(
    Object.entries(READ).flatMap(([name, read]) => {
      const value = given[name as keyof EmbedSettings];
      return value === undefined ? [] : [[name, read(value)]];
    }),
  );

export const noSuchEmbed = (): KeywardError => new KeywardError('not_found', 'Embed not found');
