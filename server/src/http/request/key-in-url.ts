import { KeywardError } from '../../base/errors.ts';
import { KEY_MARK, looksLikeKey } from '../../base/key-text.ts';
import { reportLeak } from '../../keys/index.ts';
import type { KernelServices } from '../services.ts';

/**
 * A key in a URL ends up in logs, histories and referrers: it is never read there. One that is found is refused, and
 * quarantined if it is real. The path is looked at too: people paste keys behind a slash. Guarded by leaks.test.ts.
 */
export async function refuseKeyInUrl(services: KernelServices, url: string): Promise<void> {
  const found = keyIn(url);
  if (found === undefined) return;
  await reportLeak(services.keys, found, 'sent in a URL');
  throw new KeywardError('key_in_url', 'A key was sent in the URL. Treat it as compromised.', {
    hint: 'Send keys in the Authorization or X-Api-Key header only, and rotate this one. If it was real, it is quarantined now.',
  });
}

/** The same for a message that the parser refused, from the URL in its first line. */
export async function reportKeyInLine(services: KernelServices, packet: Buffer | undefined): Promise<void> {
  const [, url] =
    /^[A-Z-]{1,20} (\S{1,16384})/.exec(packet?.toString('latin1', 0, LINE_MAX_BYTES) ?? '') ?? [];
  if (url !== undefined && mayHoldKey(url)) await refuseKeyInUrl(services, url).catch(() => undefined);
}

const LINE_MAX_BYTES = 16 * 1024;

/** For every request: few URLs hold the mark, or an escape that may be one. */
export const mayHoldKey = (url: string): boolean => url.includes(KEY_MARK) || /[%+]/.test(url);

/** Proxies and forms encode URLs again. */
const DECODINGS_MAX = 8;

function keyIn(url: string): string | undefined {
  let text = url;
  for (let times = 0; times <= DECODINGS_MAX; times++) {
    // Forms write + for a space, and a copied key may contain a line break.
    const found = keyInText(text) ?? keyInText(text.replaceAll(/[+\s]/g, ''));
    if (found !== undefined) return found;
    const decoded = decodedOnce(text);
    if (decoded === text) return undefined;
    text = decoded;
  }
  return undefined;
}

/** A key is ASCII; the rest of a URL may be encoded wrongly. */
const decodedOnce = (text: string): string =>
  text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** The text before the mark and after it: base/key-text.ts. */
const PREFIX_MAX_CHARACTERS = 13;
const REST_CHARACTERS = 50;
const CANDIDATES_MAX = 2_000;

/** Also within a longer word. */
function keyInText(text: string): string | undefined {
  let candidates = 0;
  for (let at = text.indexOf(KEY_MARK); at >= 0; at = text.indexOf(KEY_MARK, at + 1)) {
    const end = at + KEY_MARK.length + REST_CHARACTERS;
    for (let start = at - 2; start >= Math.max(0, at - PREFIX_MAX_CHARACTERS); start--) {
      const candidate = text.slice(start, end);
      if (looksLikeKey(candidate)) return candidate;
      if (++candidates > CANDIDATES_MAX) return undefined;
    }
  }
  return undefined;
}
