import type { lookup } from 'node:dns';
import type { FileHandle } from 'node:fs/promises';
import type { Agent, Dispatcher } from 'undici';
import { Gate } from '../../base/gate.ts';
import type { PrivateAddresses } from '../../base/outbound/addresses.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { VERSION } from '../../base/version.ts';
import { currentPermit } from '../../storage/index.ts';
import { shownBytes } from '../parsing/limits.ts';
import { extensionForType, extensionOf } from '../parsing/formats.ts';
import type { TemporaryFiles } from '../temporary-files.ts';
import { lastPartOf, nameOfPage, pageUrl } from './links.ts';
import { saveBody, TooLargeError, UnknownEncodingError } from './page-body.ts';

export interface FetchLimits {
  /** From the first byte sent to the last received, over all redirects. */
  timeMs: number;
  /** Unpacked. */
  bytes: number;
  redirects: number;
}

export const FETCH_LIMITS: FetchLimits = { timeMs: 60_000, bytes: 128 * 1024 * 1024, redirects: 5 };

/** A page that was fetched. Whoever gets it closes the file. */
export interface Page {
  file: FileHandle;
  /** With the extension that says how to read it. */
  fileName: string;
  /** The page as part of a name: `example.com_a_b`. */
  called: string;
  /** Of its text, as its server says. */
  charset: string | undefined;
}

export interface PageFetcherOptions {
  files: TemporaryFiles;
  allowed: PrivateAddresses;
  limits?: Partial<FetchLimits>;
  /** How names are looked up. */
  lookup?: typeof lookup;
}

const SKIPPED_MAX_BYTES = 64 * 1024;
const AT_ONCE = 16;
const WAITING_MAX = 100;

/** Why nothing came of a page, in whole sentences. */
class NotFetched extends Error {}

/** Fetches pages of the web, and nothing but those: see base/outbound/addresses.ts. */
export class PageFetcher {
  readonly #files: TemporaryFiles;
  readonly #limits: FetchLimits;
  readonly #connections: Agent;
  readonly #gate = new Gate(AT_ONCE, { waitingMax: WAITING_MAX });

  constructor({ files, allowed, limits = {}, lookup }: PageFetcherOptions) {
    this.#files = files;
    this.#limits = { ...FETCH_LIMITS, ...limits };
    // No connection is kept: a name is looked up and checked for each page anew.
    this.#connections = openOutbound({ policy: { kind: 'page', allowed }, lookup, pipelining: 0 });
  }

  /** What is being fetched ends. Twice is fine. */
  async stop(): Promise<void> {
    if (!this.#connections.destroyed) await this.#connections.destroy();
  }

  /** @param headers go to the link's own origin only. @returns a refusal that names the link. */
  async fetch(
    link: string,
    { headers = {}, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Page | { refusal: string }> {
    const release = await this.#gate.enter(signal);
    try {
      if (release === undefined) throw new NotFetched('Too many pages are being fetched.');
      const late = AbortSignal.timeout(this.#limits.timeMs);
      const stop = signal === undefined ? late : AbortSignal.any([late, signal]);
      return await this.#follow(link, headers, stop);
    } catch (error) {
      const reason = this.#reasonOf(error);
      return { refusal: `No URL content found at ${shown(link)}.${reason === '' ? '' : ` ${reason}`}` };
    } finally {
      release?.();
    }
  }

  async #follow(link: string, headers: Record<string, string>, signal: AbortSignal): Promise<Page> {
    let url = checked(pageUrl(link));
    const first = url;
    for (let hop = 0; hop <= this.#limits.redirects; hop++) {
      const extra = url.origin === first.origin ? headers : {};
      const response = await this.#get(url, extra, signal);
      // Whoever reads it hears of errors; one that nobody hears of would end this process.
      response.body.on('error', () => undefined);
      const next = redirectOf(response);
      if (next === undefined) return this.#save(response, { url, first, signal });
      await response.body.dump({ limit: SKIPPED_MAX_BYTES }).catch(() => undefined);
      url = checked(pageUrl(URL.parse(next, url.href)?.href ?? ''));
    }
    throw new NotFetched(`It redirects more than ${this.#limits.redirects} times.`);
  }

  async #get(
    url: URL,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    await currentPermit()?.stands();
    const own = { 'user-agent': `Keyward/${VERSION}`, accept: '*/*' };
    const response = this.#connections.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: { ...own, ...headers, 'accept-encoding': 'identity' },
      signal,
    });
    return response.catch((error: unknown) => {
      // One answer for a name that nobody knows, one that leads to a private address, and a server that takes no connection:
      // whoever may bring links must not learn which machines there are inside. Guarded by page-fetcher.test.ts.
      throw signal.aborted ? error : new NotFetched();
    });
  }

  async #save(
    { statusCode, headers, body }: Dispatcher.ResponseData,
    { url, first, signal }: { url: URL; first: URL; signal: AbortSignal },
  ): Promise<Page> {
    if (statusCode !== 200) {
      await body.dump({ limit: SKIPPED_MAX_BYTES }).catch(() => undefined);
      throw new NotFetched(`It answers ${statusCode}.`);
    }
    const file = await this.#files.create();
    try {
      const encoding = textOf(headers['content-encoding']);
      await saveBody(body, file, { encoding, maxBytes: this.#limits.bytes, signal });
    } catch (error) {
      body.destroy();
      await file.close();
      throw error;
    }
    const type = textOf(headers['content-type']);
    return { file, fileName: fileNameOf(url, type), called: nameOfPage(first), charset: charsetOf(type) };
  }

  #reasonOf(error: unknown): string {
    if (error instanceof NotFetched) return error.message;
    if (error instanceof TooLargeError) return `It is larger than ${shownBytes(this.#limits.bytes)}.`;
    if (error instanceof UnknownEncodingError) return 'Its content encoding is not understood.';
    const { name, code = '' } = error as NodeJS.ErrnoException;
    if (name === 'TimeoutError') return `It takes longer than ${this.#limits.timeMs / 1000} s.`;
    return code === 'ENOSPC' || code === 'EDQUOT' ? 'The disk of this server is full.' : '';
  }
}

/** Without a password, which goes into no error. */
const shown = (link: string): string =>
  link.slice(0, 4_000).replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1');

function checked(url: URL | undefined): URL {
  if (url === undefined)
    throw new NotFetched('Only http and https addresses without a password are fetched.');
  return url;
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  return [301, 302, 303, 307, 308].includes(statusCode) ? textOf(headers.location) : undefined;
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

const charsetOf = (contentType = ''): string | undefined =>
  /;\s*charset\s*=\s*"?([\w.:-]{2,40})/i.exec(contentType)?.[1];

/** What the server calls its answer counts; where that says nothing, the end of the address. */
function fileNameOf(url: URL, contentType = ''): string {
  const last = lastPartOf(url);
  const extension = extensionForType(contentType);
  const isText = /^text\//i.test(contentType);
  if (extension === '') return last === '' || isText ? `${nameOfPage(url)}.txt` : last;
  return extensionOf(last) === extension ? last : `${nameOfPage(url)}${extension}`;
}
