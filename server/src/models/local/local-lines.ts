import type { Readable } from 'node:stream';
import { LineCutter } from '../../base/lines.ts';

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

/** Calls back for each line. Of one longer than `maxBytes` the beginning: a child must not fill this process. */
export function onLines(stream: Readable, maxBytes: number, use: (line: string) => void): void {
  const cutter = new LineCutter(maxBytes);
  stream.on('data', (chunk: Buffer) => {
    for (const { bytes } of cutter.cut(chunk)) use(bytes.toString());
  });
  stream.on('error', () => undefined);
}
