import type { Db } from '../../storage/index.ts';
import type { UserRole } from '../user.ts';

export type ModeRow = { id: number; multi_user: number; password_hash: string | null; changed_at: number };

export type UserRow = {
  id: number;
  owner_id: string;
  username: string;
  /** Sealed: with a stolen database alone, nobody can guess passwords. */
  password_hash: string;
  password_kind: PasswordKind;
  role: UserRole;
  suspended: number;
  seen_recovery_codes: number;
  daily_message_limit: number | null;
  bio: string;
  pfp_filename: string | null;
  created_at: number;
  updated_at: number;
};

/** bcrypt: imported; the next login replaces it. none: the user signs in with a provider, and no password matches. */
export type PasswordKind = 'argon2id' | 'bcrypt' | 'none';

/** An account at an OpenID provider, and its user. */
export type OidcLinkRow = { issuer: string; subject: string; user_id: number; created_at: number };
export type SpentStateRow = { digest: Uint8Array; expires_at: number };

export type SessionRow = {
  id: string;
  /** null: the administrator of an instance without users. */
  user_id: number | null;
  /** The secret of the key that opened the session instead of a password. */
  secret_id: string | null;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
  ip: string | null;
  user_agent: string | null;
  /** About a minute old at most. */
  last_used_at: number | null;
};

export type AttemptsRow = { subject: string; attempts: number; ends_at: number };
export type RecoveryCodeRow = { digest: Uint8Array; user_id: number };

export type TokenKind = 'sso' | 'reset';
export type TokenRow = {
  kind: TokenKind;
  user_id: number;
  digest: Uint8Array;
  expires_at: number;
  /** Its maker (makers.ts). */
  made_by: string | null;
};

export type InviteStatus = 'pending' | 'claimed' | 'disabled';
export type InviteRow = {
  id: number;
  code_digest: Uint8Array;
  code_sealed: string;
  status: InviteStatus;
  claimed_by: number | null;
  /** JSON: numbers. */
  workspace_ids: string;
  created_by: number;
  /** Its maker (makers.ts). */
  made_by: string | null;
  created_at: number;
  updated_at: number;
};

/** The tables of this domain. */
export const tables = (db: Db) =>
  db.withTables<{
    identity_mode: ModeRow;
    users: UserRow;
    sessions: SessionRow;
    login_attempts: AttemptsRow;
    recovery_codes: RecoveryCodeRow;
    one_time_tokens: TokenRow;
    invites: InviteRow;
    oidc_links: OidcLinkRow;
    oidc_spent_states: SpentStateRow;
  }>();
