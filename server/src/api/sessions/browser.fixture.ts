import type { Answer, RequestOptions, TestServer } from '../../../test/server.ts';
import { PASSWORD } from '../../developer/people/identity.fixture.ts';

export interface State {
  mode: string;
  session: {
    id: string;
    kind: string;
    user: { id: number; username: string; role: string } | null;
    owner_id: string;
    scopes: string[];
    workspaces: string[] | null;
    expires_at: string;
  } | null;
}

/** A browser with a page of the server: it keeps the session cookie, and sends it with each request. */
export class Browser {
  readonly server: TestServer;
  /** Name and value of its cookie. */
  cookie = '';
  /** The whole header that set it. */
  setCookie = '';

  constructor(server: TestServer) {
    this.server = server;
  }

  async send<T = unknown>(
    method: string,
    path: string,
    { headers = {}, ...options }: RequestOptions = {},
  ): Promise<Answer<T>> {
    const own = { 'x-keyward-session': '1', 'sec-fetch-site': 'same-origin' };
    const sent = { ...own, ...(this.cookie === '' ? {} : { cookie: this.cookie }), ...headers };
    const answer = await this.server.request<T>(method, path, { key: null, headers: sent, ...options });
    const set = answer.headers.get('set-cookie');
    if (set !== null) {
      this.setCookie = set;
      this.cookie = set.split(';', 1)[0]!.replace(/^[^=]*=$/, '');
    }
    return answer;
  }

  async signIn(body: object): Promise<Answer<State>> {
    return this.send<State>('POST', '/v1/session', { body });
  }

  async state(): Promise<State> {
    return (await this.send<State>('GET', '/v1/session')).body;
  }

  /** The status of a request that asks for a scope. */
  async status(path = '/v1/keys'): Promise<number> {
    return (await this.send('GET', path)).status;
  }
}

/** @throws where the credential is refused. */
export async function browserOf(server: TestServer, credential: object): Promise<Browser> {
  const browser = new Browser(server);
  const answer = await browser.signIn(credential);
  if (answer.status !== 200) throw new Error(answer.text);
  return browser;
}

/** Of somebody who has just installed this. */
export const firstBrowser = (server: TestServer): Promise<Browser> =>
  browserOf(server, { key: server.adminKey });

/** A user whom the admin key makes, signed in. */
export async function browserAs(server: TestServer, role: string, username = role): Promise<Browser> {
  await server.request('POST', '/v1/admin/users/new', { body: { username, password: PASSWORD, role } });
  return browserOf(server, { username, password: PASSWORD });
}
