import { resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { importAnythingllm, type ImportOptions, type ImportReport, type Kind } from '../../moving/index.ts';
import type { Context } from '../command.ts';
import { canAsk, isConfirmed } from '../things/confirm.ts';
import { EXIT } from '../exit.ts';
import { say, type Io } from '../io.ts';
import { print, type OutputChoice } from '../output.ts';
import { Progress } from '../progress.ts';
import { withCore } from '../server/core.ts';
import { refuseMissing } from '../server/local.ts';
import { dryRun } from './dry-run.ts';
import { reportText } from './report-text.ts';

interface Choice extends OutputChoice {
  folder: string;
  dryRun: boolean;
  yes: boolean;
}

type OnProgress = Required<ImportOptions>['progress'];

/** Reports first and asks, then imports. */
export async function runImport(context: Context, choice: Choice): Promise<number> {
  const { io, config } = context;
  const folder = resolve(choice.folder);
  if (!choice.dryRun) refuseMissing(config);
  if (choice.dryRun || !choice.yes) {
    const found = await withProgress(io, 'Reading', (progress) => dryRun(config, { folder, progress }));
    if (choice.dryRun) return report(context, choice, found);
    if (!canAsk(io)) {
      await report(context, choice, found);
      say(io, 'Nothing was imported. To import, repeat the command with --yes.');
      return EXIT.usage;
    }
    say(io, reportText(found));
    if (!(await isConfirmed(io, 'Import all this into Keyward?'))) {
      say(io, 'Nothing was imported.');
      return EXIT.failure;
    }
  }
  const done = await withProgress(io, 'Importing', (progress) => importInto(config, { folder, progress }));
  const code = await report(context, choice, done);
  sayNext(io, done);
  return code;
}

/** Works on the data directory, without a key. A running server sees the result at once. */
const importInto = (config: Config, from: { folder: string; progress: OnProgress }): Promise<ImportReport> =>
  withCore(config, ({ storage, audit, clock, settings, keys, identity }) =>
    importAnythingllm({
      ...from,
      scratchDir: config.dataDir,
      storage,
      audit,
      clock,
      settings,
      into: { identity, keys },
    }),
  );

/** The next steps: the server makes the vectors, and clients need the new URL. */
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

async function withProgress<T>(
  io: Io,
  action: string,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  const line = new Progress(io);
  try {
    return await work((kind, done, total) =>
      line.say(`${action} ${kind}s`, Math.round((done / total) * 100)),
    );
  } finally {
    line.end();
  }
}
