import type { Server } from './server.ts';

/** A source of an answer of the Developer API. */
export interface ChatSource {
  title: string;
  text: string;
  score?: number;
}

export interface ChatAnswer {
  type: string;
  textResponse: string;
  sources: ChatSource[];
  error: string | null;
  chatId?: number;
}

/**
 * For answers of the small model: they vary with the rest of the prompt, such as the date of a document. A wrong answer
 * counts after another attempt in a new conversation.
 */
export const ASKED_AGAIN = 5;

/** The developer routes of a server, with one key. */
export class Developer {
  readonly #server: Server;
  readonly #key: string;

  constructor(server: Server, key = server.home.adminKey) {
    this.#server = server;
    this.#key = key;
  }

  ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#server.ask(method, `/api/v1${path}`, { key: this.#key, body });
  }

  async newWorkspace(name: string, settings: object = {}): Promise<string> {
    const { workspace } = await this.ask<{ workspace: { slug: string } }>('POST', '/workspace/new', {
      name,
      ...settings,
    });
    return workspace.slug;
  }

  /** Uploads a file as a form does. @returns the location. */
  async upload(name: string, bytes: Buffer, workspaces = ''): Promise<string> {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(bytes)]), name);
    if (workspaces !== '') form.append('addToWorkspaces', workspaces);
    const { error, documents } = await this.ask<{
      error: string | null;
      documents: { location: string }[];
    }>('POST', '/document/upload', form);
    if (error !== null) throw new Error(`the upload of ${name} was refused: ${error}`);
    return documents[0]?.location ?? '';
  }

  chat(slug: string, message: string, more: object = {}): Promise<ChatAnswer> {
    return this.ask('POST', `/workspace/${slug}/chat`, { message, ...more });
  }
}
