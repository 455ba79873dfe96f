import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** What the local model's process tells on stdout; see local-model/src/lines.ts. */
export type LocalLine =
  | { event: 'listening'; port: number }
  | { event: 'fetching'; file: string; received_bytes: number; total_bytes: number }
  | { event: 'loading' }
  | { event: 'ready'; models: string[]; complete?: boolean }
  | { event: 'failed'; reason: string; hint: string; models?: string[]; retry_in_ms?: number };

const EVENTS = new Set(['listening', 'fetching', 'loading', 'ready', 'failed']);

/** @returns undefined for what is no line of the protocol, such as a library's own print. */
export function parseLocalLine(text: string): LocalLine | undefined {
  try {
    const line = JSON.parse(text) as LocalLine | null;
    return line !== null && EVENTS.has(line.event) ? line : undefined;
  } catch {
    return undefined;
  }
}

/** Calls back for each line. One longer than `maxCharacters` is cut there: a child must not fill this process. */
export function onLines(stream: Readable, maxCharacters: number, use: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let cutting = false;
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!cutting) use(line.slice(0, maxCharacters));
      cutting = false;
    }
    if (rest.length <= maxCharacters) return;
    if (!cutting) use(rest.slice(0, maxCharacters));
    cutting = true;
    rest = '';
  });
  stream.on('error', () => undefined);
}
