import type { TestServer } from '../server.ts';
import { PUBLIC_URL } from './client.ts';

const HOPS_MAX = 12;

export interface Page {
  /** The address at last. */
  url: URL;
  status: number;
  text: string;
  headers: Headers;
}

/** Follows redirects with its cookies, as a browser does; `PUBLIC_URL` is a server of a test. */
export class Browser {
  readonly #server: TestServer;
  /** By origin, then by name. */
  readonly #jars = new Map<string, Map<string, string>>();

  constructor(server: TestServer) {
    this.#server = server;
  }

  /** The cookies of Keyward. */
  get cookies(): Map<string, string> {
    return this.#jar(PUBLIC_URL);
  }

  /** @param until the first address that is not requested. */
  async open(path: string, until: (url: URL) => boolean = () => false): Promise<Page> {
    let url = new URL(path, PUBLIC_URL);
    for (let hop = 0; hop < HOPS_MAX; hop++) {
      if (until(url)) return { url, status: 0, text: '', headers: new Headers() };
      const answer = await this.#get(url);
      const location = answer.headers.get('location');
      if (location === null || answer.status >= 400 || answer.status < 300)
        return { url, status: answer.status, text: await answer.text(), headers: answer.headers };
      await answer.body?.cancel();
      url = new URL(location, url);
      // The page of the console.
      if (url.pathname === '/sign-in')
        return { url, status: answer.status, text: '', headers: answer.headers };
    }
    throw new Error(`more than ${HOPS_MAX} redirects`);
  }

  async #get(url: URL): Promise<Response> {
    const jar = this.#jar(url.origin);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const target = url.origin === PUBLIC_URL ? `${this.#server.url}${url.pathname}${url.search}` : url.href;
    const answer = await fetch(target, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
    for (const text of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(text)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  #jar(origin: string): Map<string, string> {
    const known = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, known);
    return known;
  }
}
