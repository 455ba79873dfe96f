import { createInterface } from 'node:readline/promises';
import { resolve } from 'node:path';
import type { ImportReport, Kind } from '../../moving/index.ts';
import type { Context } from '../command.ts';
import { EXIT } from '../exit.ts';
import { isTerminal, say, type Io } from '../io.ts';
import { print, type OutputChoice } from '../output.ts';
import { Progress } from '../progress.ts';
import { lookAt } from './look.ts';
import { reportText } from './report-text.ts';
import { take } from './take.ts';

interface Choice extends OutputChoice {
  folder: string;
  dryRun: boolean;
  yes: boolean;
}

/** Looks first and asks, then takes. */
export async function runImport(context: Context, choice: Choice): Promise<number> {
  const { io, config } = context;
  const folder = resolve(choice.folder);
  if (choice.dryRun || !choice.yes) {
    const looked = await showing(io, 'Looking at', (progress) => lookAt(config, { folder, progress }));
    if (choice.dryRun) return report(context, choice, looked);
    if (!isTerminal(io.stdin) || !isTerminal(io.stderr)) {
      await report(context, choice, looked);
      say(io, 'Nothing was imported. To import, repeat the command with --yes.');
      return EXIT.usage;
    }
    say(io, reportText(looked));
    if (!(await confirmed(io))) {
      say(io, 'Nothing was imported.');
      return EXIT.failure;
    }
  }
  const taken = await showing(io, 'Taking', (progress) => take(config, { folder, progress }));
  const code = await report(context, choice, taken);
  sayNext(io, taken);
  return code;
}

/** What comes after it: vectors are the server's to make, and clients have to be told. */
function sayNext(io: Io, { counts }: ImportReport): void {
  const came = (kind: Kind): boolean => counts.some((count) => count.kind === kind && count.taken > 0);
  if (came('placement'))
    say(io, 'The server makes the vectors while it runs. keyward import status shows its progress.');
  if (came('key'))
    say(io, 'Clients need the new base URL and keep their keys: keyward keys list --tag anythingllm');
}

async function report(context: Context, choice: OutputChoice, value: ImportReport): Promise<number> {
  await print(context, choice, { value, table: () => reportText(value) });
  if (!value.source_changed) return EXIT.ok;
  say(
    context.io,
    'AnythingLLM wrote to its database during the import. Stop it and run the import again; it is idempotent.',
  );
  return EXIT.failure;
}

async function showing<T>(
  io: Io,
  what: string,
  work: (progress: (kind: Kind, done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const line = new Progress(io);
  try {
    return await work((kind, done, total) => line.say(`${what} ${kind}s`, Math.round((done / total) * 100)));
  } finally {
    line.end();
  }
}

async function confirmed({ stdin, stderr, interrupted }: Io): Promise<boolean> {
  const asking = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await asking.question('Import all this into Keyward? [y/N] ', { signal: interrupted });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
