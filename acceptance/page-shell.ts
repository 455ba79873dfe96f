import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './server.ts';

export interface Run {
  code: number;
  output: string;
}

/** Each script ends with a line that no output has: the exit code stands behind it. */
const END = '<end of the example>';

// Not on its stdin: a command of an example could read what belongs to the shell.
const LOOP = `exec 2>&1
while IFS= read -r script <&3; do
  . "$script" < /dev/null 3<&-
  echo "${END}0"
done`;

/** One shell for all examples of a page, as a reader has: its folder, variables and functions stay. */
export class PageShell {
  readonly #child: ChildProcess;
  readonly #folder = temporaryFolder();
  #scripts = 0;
  #output = '';
  #ended: number | undefined;
  #changed = (): void => undefined;

  constructor(cwd: string, env: Record<string, string>) {
    this.#child = spawn('bash', ['-euo', 'pipefail', '-c', LOOP], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#changed();
    });
    this.#child.on('exit', (code) => {
      this.#ended = code ?? 128;
      this.#changed();
    });
    // It has ended: the next script finds nobody who reads it.
    this.#child.stdio[3]?.on('error', () => undefined);
  }

  /** Until the script ends, or the shell with it. The shell is ended after the time. */
  async run(script: string, timeoutMs: number): Promise<Run> {
    const path = join(this.#folder, `${++this.#scripts}.sh`);
    writeFileSync(path, script);
    this.#output = '';
    (this.#child.stdio[3] as NodeJS.WritableStream).write(`${path}\n`);
    const timer = setTimeout(() => this.end(), timeoutMs);
    try {
      for (;;) {
        const at = this.#output.indexOf(END);
        if (at !== -1) return { code: 0, output: this.#output.slice(0, at) };
        if (this.#ended !== undefined) return { code: this.#ended, output: this.#output };
        await new Promise<void>((resolve) => (this.#changed = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
