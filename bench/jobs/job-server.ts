import { startSubject, type Subject } from '../load.ts';

/** As `./keyward` starts it. */
const COMPILE_CACHE = new URL('../../node_modules/.cache/keyward', import.meta.url).pathname;

type Json = Record<string, unknown>;

/** A Keyward with room for many jobs, and the keys of its clients and workers. */
export class JobServer {
  readonly subject: Subject;
  readonly url: string;
  #owners = 0;

  constructor(subject: Subject) {
    this.subject = subject;
    this.url = subject.ready.url ?? '';
  }

  static async start(): Promise<JobServer> {
    const settings = JSON.stringify({ KEYWARD_JOB_QUEUED_MAX: '10000000' });
    process.env['NODE_COMPILE_CACHE'] ??= COMPILE_CACHE;
    process.env['MALLOC_ARENA_MAX'] ??= '2';
    return new JobServer(await startSubject('keyward', 'keyward-server.ts', { args: [settings] }));
  }

  async ask(
    method: string,
    path: string,
    { body, key }: { body?: unknown; key?: string } = {},
  ): Promise<Json> {
    const headers = {
      authorization: `Bearer ${key ?? this.subject.ready.key ?? ''}`,
      'content-type': 'application/json',
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(this.url + path, { method, headers, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Json);
  }

  /** Keys of one owner. */
  async keys(role: 'client' | 'miner', count = 1): Promise<string[]> {
    const name = `${role} ${++this.#owners}`;
    const { id: owner } = await this.ask('POST', '/v1/owners', { body: { name, kind: 'person' } });
    const secrets: string[] = [];
    for (let number = 0; number < count; number++) {
      const made = await this.ask('POST', '/v1/keys', { body: { name, role, owner } });
      secrets.push(String(made['secret']));
    }
    return secrets;
  }
}
