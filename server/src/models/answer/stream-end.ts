import { STORED_RESPONSE } from '../request/paths.ts';

/** Streams of these paths say their end: without it, a lost connection looks like a short answer. */
const PATHS = new Set(['/chat/completions', '/completions', '/messages', '/responses', STORED_RESPONSE]);

/** The last words, and a choice that is finished: some servers leave `[DONE]` out. */
const LAST =
  /(?:^|[\r\n])data:[ \t]*\[DONE\]|"type": ?"(?:message_stop|response\.(?:completed|failed|incomplete))"/;
const FINISHED = /"(?:finish_reason|stop_reason)": ?"/;
/** An error of the upstream is an end too: nothing is added to it. */
const ERROR = /(?:^|[\r\n])(?:event: ?error|data: ?\{"(?:error"|type": ?"error"))/;

/** After the end of an answer comes its usage, which is smaller. */
export const TAIL_BYTES = 8 * 1024;

export const saysItsEnd = (path: string): boolean => PATHS.has(path);

/** @param tail the last bytes of a stream, as Latin-1. @returns whether nothing more belongs to the answer */
export const isAtLast = (tail: string): boolean => LAST.test(tail);

/** Whether a stream that ends here is whole, or says itself why it is not. */
export const isWhole = (tail: string): boolean => isAtLast(tail) || FINISHED.test(tail) || ERROR.test(tail);
