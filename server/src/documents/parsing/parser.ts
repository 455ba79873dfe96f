import { StringDecoder } from 'node:string_decoder';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Gate } from '../../base/gate.ts';
import { extensionOf, recognise } from './formats.ts';
import { PARSE_LIMITS, type ParseLimits } from './limits.ts';
import { NOT_STARTED, ParserChild } from './parser-child.ts';
import type { ParseHead, ParseJob } from './parser-process.ts';
import { readPlain } from './plain-text.ts';
import type { Properties } from './source.ts';

/** Most files have one. */
export interface ParsedPart {
  text: string;
  properties: Properties;
}

export interface Parsed {
  /** At least one; none of them is blank. */
  parts: ParsedPart[];
  /** As in "a text file uploaded by the user". */
  called: string;
  /** Sentences that say what in the file was not read. */
  warnings: string[];
}

interface FileToRead {
  /** Opened for reading. */
  fd: number;
  name: string;
  /** As the sender declares it. */
  charset?: string | undefined;
}

/** A refusal is whole sentences that name the file, for its sender. */
export type ParseOutcome = Parsed | AddRefusal;

/** `isOurs`: the sender cannot correct it. */
export interface AddRefusal {
  refusal: string;
  isOurs?: boolean;
}

/**
 * Reads each file but a short plain text in a process of its own, a few at once: within limits, with an empty environment,
 * without permission to write, start programs or read anything but its own code. A hostile file fails only its own request.
 * Guarded by hostile-files.test.ts.
 */
export class Parser {
  readonly #limits: ParseLimits;
  readonly #gate: Gate;
  readonly #running = new Set<ParserChild>();

  constructor({ limits = {}, atOnce = 2 }: { limits?: Partial<ParseLimits>; atOnce?: number } = {}) {
    this.#limits = { ...PARSE_LIMITS, ...limits };
    this.#gate = new Gate(atOnce, { waitingMax: WAITING_MAX });
  }

  /** The ids of the processes that read files now. */
  get running(): number[] {
    return [...this.#running].map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  /** Ends what is being read; its requests are refused. */
  stop(): void {
    for (const child of this.#running) child.end('was not read: the server is stopping.');
  }

  /** Does not close the file. @param signal aborted when the request has ended. */
  async parse({ fd, name, charset }: FileToRead, signal?: AbortSignal): Promise<ParseOutcome> {
    const type = recognise(name);
    if (type !== undefined && 'missing' in type) return { refusal: `${name}: ${type.missing}` };
    const { format = 'undecided', called = 'a text file' } = type ?? {};
    const mayBePlain = format === 'text' || format === 'undecided';
    const plain = mayBePlain ? readPlain(fd, this.#limits) : undefined;
    if (plain !== undefined) return outcomeOf({ parts: plain, warnings: [] }, { name, called });
    const release = await this.#gate.enter(signal);
    if (release === undefined)
      return { refusal: `${name} was not read: too many files are. Try again in a moment.`, isOurs: true };
    try {
      const said = await this.#read({ format, limits: this.#limits, charset }, fd, signal);
      return outcomeOf(said, { name, called });
    } finally {
      release();
    }
  }

  async #read(job: ParseJob, fd: number, signal?: AbortSignal): Promise<Said> {
    let child: ParserChild;
    try {
      child = new ParserChild(job, fd);
    } catch {
      return { refusal: NOT_STARTED, isOurs: true };
    }
    const leave = (): void => child.end('was not read: the request has ended.');
    this.#running.add(child);
    signal?.addEventListener('abort', leave);
    try {
      if (signal?.aborted === true) leave();
      return await splitOutput(await child.output());
    } finally {
      signal?.removeEventListener('abort', leave);
      this.#running.delete(child);
    }
  }
}

/** Each holds its file open and its request waiting. */
const WAITING_MAX = 100;

type Said = Omit<Parsed, 'called'> | AddRefusal | { unknown: true };

/** See parser-process.ts. */
async function splitOutput(output: Buffer | { failure: string }): Promise<Said> {
  if ('failure' in output) return { refusal: output.failure };
  const parts: ParsedPart[] = [];
  const warnings: string[] = [];
  for (let at = 0; at < output.length;) {
    const start = output.indexOf(0x0a, at) + 1;
    const head = JSON.parse(output.subarray(at, start).toString()) as ParseHead;
    if ('warnings' in head) {
      warnings.push(...head.warnings);
      at = start;
      continue;
    }
    if (!('properties' in head)) return head;
    at = start + head.bytes;
    parts.push({ text: await decoded(output.subarray(start, at)), properties: head.properties });
    if (parts.length % PARTS_AT_ONCE === 0) await nextTurn();
  }
  return { parts, warnings };
}

/** About a millisecond each. */
const PARTS_AT_ONCE = 100;
const DECODED_BYTES = 1024 * 1024;

async function decoded(bytes: Buffer): Promise<string> {
  const decoder = new StringDecoder('utf8');
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += DECODED_BYTES) {
    if (start > 0) await nextTurn();
    pieces.push(decoder.write(bytes.subarray(start, start + DECODED_BYTES)));
  }
  return pieces.join('');
}

function outcomeOf(said: Said, { name, called }: { name: string; called: string }): ParseOutcome {
  if ('refusal' in said) return { ...said, refusal: `${name} ${said.refusal}` };
  if ('unknown' in said)
    return {
      refusal: `File extension ${extensionOf(name)} not supported for parsing and cannot be assumed as text file type.`,
    };
  const parts = said.parts.filter(({ text }) => text.trim() !== '');
  const { warnings } = said;
  if (parts.length > 0) return { parts, called, warnings };
  return { refusal: [`${name} has no text in it.`, ...warnings].join(' ') };
}
