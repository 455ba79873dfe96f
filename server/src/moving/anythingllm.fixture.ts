import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { onTestFinished } from 'vitest';

/** The tables of AnythingLLM 1.16 that the import reads, as in its SQLite file. */
const TABLES: Record<string, string> = {
  api_keys: 'name text, secret text unique, createdBy integer, @created, @updated',
  users: `username text unique, password text not null, pfpFilename text, role text not null default 'default',
    suspended integer not null default 0, seen_recovery_codes boolean default false, @created, @updated,
    dailyMessageLimit integer, bio text default ''`,
  workspaces: `name text not null, slug text not null unique, vectorTag text, @created, openAiTemp real,
    openAiHistory integer not null default 20, @updated, openAiPrompt text, similarityThreshold real default 0.25,
    chatProvider text, chatModel text, topN integer default 4, chatMode text default 'chat', pfpFilename text,
    agentProvider text, agentModel text, queryRefusalResponse text, vectorSearchMode text default 'default',
    router_id integer`,
  workspace_users: 'user_id integer not null, workspace_id integer not null, @created, @updated',
  workspace_suggested_messages:
    'workspaceId integer not null, heading text not null, message text not null, @created, @updated',
  workspace_threads:
    'name text not null, slug text not null unique, workspace_id integer not null, user_id integer, @created, @updated',
  workspace_chats: `workspaceId integer not null, prompt text not null, response text not null,
    include boolean not null default true, user_id integer, thread_id integer, api_session_id text,
    @created, @updated, feedbackScore boolean, memoryProcessed boolean default false`,
  workspace_documents: `docId text not null unique, filename text not null, docpath text not null,
    workspaceId integer not null, metadata text, pinned boolean default false, watched boolean default false,
    @created, @updated`,
  embed_configs: `uuid text not null unique, enabled boolean not null default false,
    chat_mode text not null default 'query', allowlist_domains text,
    allow_model_override boolean not null default false, allow_temperature_override boolean not null default false,
    allow_prompt_override boolean not null default false, max_chats_per_day integer, max_chats_per_session integer,
    message_limit integer default 20, workspace_id integer not null, createdBy integer, usersId integer, @created`,
  embed_chats: `prompt text not null, response text not null, session_id text not null,
    include boolean not null default true, connection_information text, embed_id integer not null,
    usersId integer, @created`,
  invites: `code text not null unique, status text not null default 'pending', claimedBy integer, workspaceIds text,
    @created, createdBy integer not null, @updated`,
  system_settings: 'label text not null unique, value text, @created, @updated',
  system_prompt_variables: `key text not null unique, value text, description text,
    type text not null default 'system', userId integer, @created, updatedAt datetime not null`,
  browser_extension_api_keys: 'key text not null unique, user_id integer, @created, @updated',
  recovery_codes: 'user_id integer not null, code_hash text not null, @created',
};

const definition = (columns: string): string =>
  `id integer not null primary key autoincrement, ${columns}`
    .replaceAll('@created', 'createdAt datetime not null default current_timestamp')
    .replaceAll('@updated', 'lastUpdatedAt datetime not null default current_timestamp');

export const MADE_AT = Date.parse('2026-03-04T05:06:07.890Z');

/** A storage directory like that of AnythingLLM, which a test fills. */
export class StorageDir {
  readonly folder: string;
  database: DatabaseSync;

  constructor(folder: string, { without = [] }: { without?: string[] } = {}) {
    this.folder = folder;
    mkdirSync(join(folder, 'documents', 'custom-documents'), { recursive: true });
    this.database = new DatabaseSync(join(folder, 'anythingllm.db'), { enableForeignKeyConstraints: false });
    for (const [table, columns] of Object.entries(TABLES))
      if (!without.includes(table)) this.database.exec(`create table "${table}" (${definition(columns)})`);
  }

  /** Other columns get the defaults of the table; the time is MADE_AT plus the id. @returns the id. */
  add(table: string, values: Record<string, SQLInputValue>): number {
    const all = { createdAt: MADE_AT + this.#next(table), ...values };
    const names = Object.keys(all).map((name) => `"${name}"`);
    const sql = `insert into "${table}" (${names.join()}) values (${names.map(() => '?').join()})`;
    return Number(this.database.prepare(sql).run(...Object.values(all)).lastInsertRowid);
  }

  #next(table: string): number {
    return Number(this.database.prepare(`select count(*) as many from "${table}"`).get()?.['many']) * 1000;
  }

  /** Writes the file of a document. @returns its location, as in `workspace_documents.docpath`. */
  addDocument(location: string, pageContent: string, fields: object = {}): string {
    const id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(location)?.[0] ?? crypto.randomUUID();
    const title =
      location
        .split('/')
        .at(-1)
        ?.replace(/(-[0-9a-f-]{36})?\.json$/, '') ?? location;
    const document = {
      id,
      url: `file://${title}`,
      title,
      docAuthor: 'Unknown',
      description: 'Unknown',
      docSource: 'a text file uploaded by the user.',
      chunkSource: '',
      published: '3/4/2026, 5:06:07 AM',
      wordCount: pageContent.split(' ').length,
      pageContent,
      token_count_estimate: Math.ceil(pageContent.length / 4),
      ...fields,
    };
    return this.addFile(location, JSON.stringify(document, null, 4));
  }

  addFile(location: string, text: string): string {
    const file = join(this.folder, 'documents', location);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return location;
  }

  /** Opens the database again after `close`. */
  open(): void {
    this.database = new DatabaseSync(join(this.folder, 'anythingllm.db'), {
      enableForeignKeyConstraints: false,
    });
  }

  /** Like a stop of AnythingLLM. */
  close(): void {
    if (this.database.isOpen) this.database.close();
  }
}

/** An empty storage directory, removed when the test ends. */
export function newStorageDir(options: { without?: string[] } = {}): StorageDir {
  const folder = mkdtempSync(join(tmpdir(), 'anythingllm-'));
  const storage = new StorageDir(folder, options);
  onTestFinished(() => {
    storage.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return storage;
}

/** The digest and the times of every file of a folder: equal if nothing was written. */
export function stateOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { mtimeMs, ctimeMs, mode } = statSync(path);
      const bytes = entry.isFile() ? hash('sha256', readFileSync(path)) : 'folder';
      return [path, `${bytes} ${mtimeMs} ${ctimeMs} ${mode}`];
    }),
  );
}
