import { isTerminal, type Io } from './io.ts';

const BAR_CELLS = 30;
const LINE_STEP_PERCENT = 10;

/** Shows progress: one line that is rewritten on a terminal, a new line for each change elsewhere. */
export class Progress {
  readonly #io: Io;
  #said = '';
  #isOpen = false;

  constructor(io: Io) {
    this.#io = io;
  }

  say(text: string, percent?: number): void {
    const { stderr } = this.#io;
    if (isTerminal(stderr)) {
      stderr.write(`\r\u001b[K  ${text}${percent === undefined ? '…' : ` ${bar(percent)} ${percent} %`}`);
      this.#isOpen = true;
      return;
    }
    const step =
      percent === undefined ? '' : ` ${Math.floor(percent / LINE_STEP_PERCENT) * LINE_STEP_PERCENT} %`;
    const line = `${text}${step}`;
    if (line !== this.#said) stderr.write(`${line}\n`);
    this.#said = line;
  }

  /** Waiting for something: the seconds are shown on a terminal only. */
  wait(what: string, seconds: number): void {
    this.say(isTerminal(this.#io.stderr) ? `Waiting for ${what} (${seconds} s)` : `Waiting for ${what}`);
  }

  /** Removes the line from the terminal. */
  end(): void {
    if (this.#isOpen) this.#io.stderr.write('\r\u001b[K');
    this.#isOpen = false;
  }
}

function bar(percent: number): string {
  const full = Math.round((Math.min(percent, 100) / 100) * BAR_CELLS);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}]`;
}
