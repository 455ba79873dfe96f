import type { Server } from './server.ts';

/** What the Developer API says of a source of an answer. */
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
 * For tests of what the small model says: its words vary with what else stands in the prompt, such as the date of a
 * document, and it is asked again, in a conversation of its own, before it counts as wrong.
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
