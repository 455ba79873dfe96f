import { KeywardError } from '../base/errors.ts';
import { KEY_MARK, KEY_TEXT_PATTERN, looksLikeKey } from '../base/key-text.ts';
import { reportLeak } from '../keys/index.ts';
import type { Services } from './services.ts';

/**
 * A key in a URL ends up in logs, histories and referrers: it is never read there. One that is found is refused, and
 * quarantined if it is real. The path is looked at too: people paste keys behind a slash.
 */
export async function refuseKeyInUrl(services: Services, url: string): Promise<void> {
  const found = decoded(url).match(KEY_TEXT_PATTERN)?.find(looksLikeKey);
  if (found === undefined) return;
  await reportLeak(services.keys, found, 'sent in a URL');
  throw new KeywardError('key_in_url', 'A key was sent in the URL. It must be taken for compromised.', {
    hint: 'Send keys in the Authorization or X-Api-Key header only, and rotate this one. If it was real, it is quarantined now.',
  });
}

/** Cheap enough for every request: hardly any URL holds the mark. */
export const mayHoldKey = (url: string): boolean => url.includes(KEY_MARK);

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
