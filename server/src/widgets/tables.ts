import { CamelCasePlugin } from 'kysely';
import type { Db } from '../storage/index.ts';
import type { Embed } from './embed.ts';

type Flag = 'enabled' | 'allowModelOverride' | 'allowTemperatureOverride' | 'allowPromptOverride';

/** Flags are 1 or 0; `allowlistDomains`: JSON or null. */
export type EmbedRow = Omit<Embed, Flag | 'allowlist'> &
  Record<Flag, number> & { allowlistDomains: string | null };

/** A question of a visitor and its answer; `response` and `connectionInformation`: JSON, `included`: 1 or 0. */
export interface EmbedChatRow {
  id: number;
  embedId: number;
  sessionId: string;
  prompt: string;
  response: string;
  included: number;
  connectionInformation: string;
  createdAt: number;
}

/** A chat that was admitted; kept as long as it counts. */
export interface AdmissionRow {
  id: number;
  embedId: number;
  sessionId: string;
  /** A keyed digest of the visitor's address. */
  visitor: string;
  admittedAt: number;
}

/** Columns are called `embed_id` in the database and `embedId` here. */
const camelCase = new CamelCasePlugin();

/** The tables of this module; no other names them. */
export const tables = (db: Db) =>
  db.withPlugin(camelCase).withTables<{
    embeds: EmbedRow;
    embed_chats: EmbedChatRow;
    embed_admissions: AdmissionRow;
  }>();
