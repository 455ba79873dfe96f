import { EXTENSION_KEY_SCOPES, EXTENSION_KEY_TAG } from '../../widgets/index.ts';

/** What a key of AnythingLLM opens: its whole Developer API, and nothing of Keyward beside that. */
const DEVELOPER_SCOPES = [
  'users:manage',
  'system:read',
  'system:write',
  'workspaces:*',
  'documents:*',
  'embeds:manage',
  'models:use',
];

/** A table of keys, and what they become. */
export interface KeyTable {
  kind: 'key' | 'extension key';
  table: string;
  /** Column of the text. */
  secret: string;
  /** Column of whose it is. */
  user: string;
  scopes: readonly string[];
  tags: readonly string[];
  /** Of a key that has none. */
  name: string;
}

export const API_KEYS: KeyTable = {
  kind: 'key',
  table: 'api_keys',
  secret: 'secret',
  user: 'createdBy',
  scopes: DEVELOPER_SCOPES,
  tags: ['anythingllm'],
  name: 'AnythingLLM key',
};

export const EXTENSION_KEYS: KeyTable = {
  kind: 'extension key',
  table: 'browser_extension_api_keys',
  secret: 'key',
  user: 'user_id',
  scopes: EXTENSION_KEY_SCOPES,
  tags: ['anythingllm', EXTENSION_KEY_TAG],
  name: 'Browser extension',
};
