import type { lookup } from 'node:dns';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Agent, Dispatcher } from 'undici';
import { decoderFor } from '../../base/decoders.ts';
import { Gate } from '../../base/gate.ts';
import type { PrivateAddresses } from '../../base/outbound/addresses.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { VERSION } from '../../base/version.ts';
import { currentPermit } from '../../storage/index.ts';
import { shownBytes } from '../parsing/limits.ts';
import { extensionForType, extensionOf } from '../parsing/formats.ts';
import type { TemporaryFiles } from '../temporary-files.ts';
import type { Validators } from '../document.ts';
import { isHeaderValue, lastPartOf, nameOfPage, pageUrl } from './links.ts';

export interface FetchLimits {
  /** From the first byte sent to the last received, over all redirects. */
  timeMs: number;
  /** Decompressed. */
  bytes: number;
  redirects: number;
}

export const FETCH_LIMITS: FetchLimits = { timeMs: 60_000, bytes: 128 * 1024 * 1024, redirects: 5 };

/** A page that was fetched. The caller closes the file. */
export interface Page {
  file: FileHandle;
  /** Its extension says how to read it. */
  fileName: string;
  /** The page as part of a name: `example.com_a_b`. */
  called: string;
  /** As the server declares it. */
  charset: string | undefined;
  /** What its server says of this version; nothing after a redirect, whose target may change. */
  validators: Validators;
}

/** It is still the version that was asked about. */
export interface Unmodified {
  isUnmodified: true;
}

export interface FetchOptions {
  /** They go to the link's own origin only. */
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Of the version that is there: an unmodified page is not sent again. */
  unless?: Validators | undefined;
}

export interface PageFetcherOptions {
  files: TemporaryFiles;
  allowed: PrivateAddresses;
  limits?: Partial<FetchLimits>;
  lookup?: typeof lookup;
}

const SKIPPED_MAX_BYTES = 64 * 1024;
const AT_ONCE = 16;
const WAITING_MAX = 100;

/** The reason, in whole sentences. */
class NotFetched extends Error {}

/** Fetches pages of the public web: see base/outbound/addresses.ts. */
export class PageFetcher {
  readonly #files: TemporaryFiles;
  readonly #limits: FetchLimits;
  readonly #connections: Agent;
  readonly #gate = new Gate(AT_ONCE, { waitingMax: WAITING_MAX });

  constructor({ files, allowed, limits = {}, lookup }: PageFetcherOptions) {
    this.#files = files;
    this.#limits = { ...FETCH_LIMITS, ...limits };
    // No connection is kept: for each page the name is looked up and checked again.
    this.#connections = openOutbound({ policy: { kind: 'page', allowed }, lookup, pipelining: 0 });
  }

  /** Ends what is being fetched. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#connections.destroyed) await this.#connections.destroy();
  }

  /** @returns a refusal that names the link. */
  async fetch(
    link: string,
    { headers = {}, signal, unless = {} }: FetchOptions = {},
  ): Promise<Page | Unmodified | { refusal: string }> {
    const release = await this.#gate.enter(signal);
    try {
      if (release === undefined) throw new NotFetched('Too many pages are being fetched.');
      const late = AbortSignal.timeout(this.#limits.timeMs);
      const stop = signal === undefined ? late : AbortSignal.any([late, signal]);
      return await this.#follow(link, { headers, unless }, stop);
    } catch (error) {
      const reason = this.#reasonOf(error);
      return { refusal: `No URL content found at ${shown(link)}.${reason === '' ? '' : ` ${reason}`}` };
    } finally {
      release?.();
    }
  }

  async #follow(
    link: string,
    { headers, unless }: { headers: Record<string, string>; unless: Validators },
    signal: AbortSignal,
  ): Promise<Page | Unmodified> {
    let url = checked(pageUrl(link));
    const first = url;
    for (let hop = 0; hop <= this.#limits.redirects; hop++) {
      const extra = url.origin === first.origin ? headers : {};
      const conditions = hop === 0 ? conditionsOf(unless) : {};
      const response = await this.#get(url, { ...extra, ...conditions }, signal);
      // The reader gets its errors; without a listener an error would end this process.
      response.body.on('error', () => undefined);
      const next = redirectOf(response);
      if (response.statusCode === 304 && Object.keys(conditions).length > 0) {
        await response.body.dump({ limit: SKIPPED_MAX_BYTES }).catch(() => undefined);
        return { isUnmodified: true };
      }
      if (next === undefined) return this.#save(response, { url, first, signal, isDirect: hop === 0 });
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
      // One answer for an unknown name, a private address and a refused connection: callers must not learn which machines
      // are in the private network. Guarded by page-fetcher.test.ts.
      throw signal.aborted ? error : new NotFetched();
    });
  }

  async #save(
    { statusCode, headers, body }: Dispatcher.ResponseData,
    { url, first, signal, isDirect }: { url: URL; first: URL; signal: AbortSignal; isDirect: boolean },
  ): Promise<Page> {
    if (statusCode !== 200) {
      await body.dump({ limit: SKIPPED_MAX_BYTES }).catch(() => undefined);
      throw new NotFetched(`It answers ${statusCode}.`);
    }
    const file = await this.#files.create();
    try {
      const save = this.#saveTo(file);
      const encoding = textOf(headers['content-encoding']) ?? 'identity';
      const decoder = decoderFor(encoding);
      if (encoding === 'identity') await pipeline(body, save, { signal });
      else if (decoder !== undefined) await pipeline(body, decoder, save, { signal });
      else throw new NotFetched('Its content encoding is not understood.');
    } catch (error) {
      body.destroy();
      await file.close();
      throw error;
    }
    const type = textOf(headers['content-type']);
    const validators = isDirect ? validatorsIn(headers) : {};
    const names = { fileName: fileNameOf(url, type), called: nameOfPage(first) };
    return { file, ...names, charset: charsetOf(type), validators };
  }

  /** Counts the bytes after decompression. */
  #saveTo(file: FileHandle): (chunks: AsyncIterable<Buffer>) => Promise<void> {
    const { bytes: maxBytes } = this.#limits;
    return async (chunks) => {
      let size = 0;
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > maxBytes) throw new NotFetched(`It is larger than ${shownBytes(maxBytes)}.`);
        await file.writeFile(chunk);
      }
    };
  }

  #reasonOf(error: unknown): string {
    if (error instanceof NotFetched) return error.message;
    const { name, code = '' } = error as NodeJS.ErrnoException;
    if (name === 'TimeoutError') return `It takes longer than ${this.#limits.timeMs / 1000} s.`;
    return code === 'ENOSPC' || code === 'EDQUOT' ? 'The disk of this server is full.' : '';
  }
}

/** Without its password, which must not be in an error. */
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

const VALIDATOR_MAX_CHARACTERS = 1_000;
/** A page may change twice within the second that `Last-Modified` names. */
const SETTLED_MS = 60_000;

/** `Last-Modified` only without an ETag, and where it is old enough to prove anything (RFC 9110, 8.8.2.2). */
function validatorsIn(headers: Dispatcher.ResponseData['headers']): Validators {
  const [etag, modified, date] = [headers.etag, headers['last-modified'], headers.date].map(textOf);
  if (etag !== undefined && etag.length <= VALIDATOR_MAX_CHARACTERS)
    return isHeaderValue(etag) ? { etag } : {};
  if (modified === undefined) return {};
  const age = Date.parse(date ?? '') - Date.parse(modified);
  return age >= SETTLED_MS && isHeaderValue(modified) ? { modified } : {};
}

const conditionsOf = ({ etag, modified }: Validators): Record<string, string> => ({
  ...(etag === undefined ? {} : { 'if-none-match': etag }),
  ...(modified === undefined ? {} : { 'if-modified-since': modified }),
});

const charsetOf = (contentType = ''): string | undefined =>
  /;\s*charset\s*=\s*"?([\w.:-]{2,40})/i.exec(contentType)?.[1];

/** The content type decides; without a known one, the end of the address. */
function fileNameOf(url: URL, contentType = ''): string {
  const last = lastPartOf(url);
  const extension = extensionForType(contentType);
  const isText = /^text\//i.test(contentType);
  if (extension === '') return last === '' || isText ? `${nameOfPage(url)}.txt` : last;
  return extensionOf(last) === extension ? last : `${nameOfPage(url)}${extension}`;
}
