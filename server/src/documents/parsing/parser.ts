import { extensionOf, recognise } from './formats.ts';
import { PARSE_LIMITS } from './limits.ts';
import type { ParseLimits } from './limits.ts';
import { ParserChild } from './parser-child.ts';
import type { ParseHead, ParseJob } from './parser-process.ts';
import type { Properties } from './source.ts';
import { Turns } from './turns.ts';

export interface Parsed {
  text: string;
  properties: Properties;
  /** As in "a text file uploaded by the user". */
  called: string;
}

/** A refusal is whole sentences that name the file; it goes to whoever sent it. */
export type ParseOutcome = Parsed | { refusal: string };

/**
 * Reads files in processes of their own: a few at once, each within its limits, with an empty environment, without the
 * right to write, start programs or read anything but its own code. A hostile file costs only its own request.
 * Guarded by hostile-files.test.ts.
 */
export class Parser {
  readonly #limits: ParseLimits;
  readonly #turns: Turns;
  readonly #running = new Set<ParserChild>();

  constructor({ limits = {}, atOnce = 2 }: { limits?: Partial<ParseLimits>; atOnce?: number } = {}) {
    this.#limits = { ...PARSE_LIMITS, ...limits };
    this.#turns = new Turns({ atOnce, waitingMax: WAITING_MAX });
  }

  /** The ids of the processes that read files now. */
  get running(): number[] {
    return [...this.#running].map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  /** What is being read ends; its requests are told. */
  stop(): void {
    for (const child of this.#running) child.end('was not read: the server is stopping.');
  }

  /** @param file opened for reading; it is not closed here. `signal`: whoever wanted it has gone. */
  async parse(file: { fd: number; name: string }, signal?: AbortSignal): Promise<ParseOutcome> {
    const { fd, name } = file;
    const type = recognise(name);
    if (type !== undefined && 'refusal' in type) return type;
    const release = await this.#turns.take(signal);
    if (release === undefined)
      return { refusal: `${name} was not read: too many files are. Try again in a moment.` };
    try {
      const said = await this.#read(
        { format: type?.format ?? 'undecided', limits: this.#limits },
        fd,
        signal,
      );
      return outcomeOf(said, { name, called: type?.called ?? 'a text file' });
    } finally {
      release();
    }
  }

  async #read(job: ParseJob, fd: number, signal?: AbortSignal): Promise<Said> {
    const child = new ParserChild(job, fd);
    const leave = (): void => child.end('was not read: the request has ended.');
    this.#running.add(child);
    signal?.addEventListener('abort', leave);
    try {
      if (signal?.aborted === true) leave();
      return splitOutput(await child.output());
    } finally {
      signal?.removeEventListener('abort', leave);
      this.#running.delete(child);
    }
  }
}

/** Each holds its file open and its request waiting. */
const WAITING_MAX = 100;

interface Said {
  head: ParseHead;
  text: string;
}

/** The first line is JSON, the rest is the text. */
function splitOutput(output: Buffer | { failure: string }): Said {
  if ('failure' in output) return { head: { refusal: output.failure }, text: '' };
  const end = output.indexOf(0x0a);
  const head = JSON.parse(output.subarray(0, end).toString()) as ParseHead;
  return { head, text: output.subarray(end + 1).toString() };
}

function outcomeOf({ head, text }: Said, { name, called }: { name: string; called: string }): ParseOutcome {
  if ('refusal' in head) return { refusal: `${name} ${head.refusal}` };
  if ('unknown' in head) return { refusal: unknownType(name) };
  if (text.trim() === '') return { refusal: `${name} has no text in it.` };
  return { text, properties: head.properties, called };
}

const unknownType = (name: string): string =>
  `File extension ${extensionOf(name)} not supported for parsing and cannot be assumed as text file type.`;
