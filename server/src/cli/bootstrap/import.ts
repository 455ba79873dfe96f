import { basename, dirname, resolve } from 'node:path';
import { ImportError, StackImport, unfinishedImport, type SecretRow } from '../../bootstrap/index.ts';
import type { Context } from '../command.ts';
import { CliError, EXIT } from '../exit.ts';
import { say } from '../io.ts';
import { fields, print, tableOf, type OutputChoice } from '../output.ts';
import { asCliError } from './open.ts';
import { CHANGES_PLANNED } from './run.ts';

interface ImportChoice extends OutputChoice {
  file?: string | undefined;
  force?: boolean | undefined;
  vault?: string | undefined;
  mount?: string | undefined;
  'path-prefix'?: string | undefined;
  yes?: boolean | undefined;
  'detailed-exitcode'?: boolean | undefined;
}

/** Shows what an import would store and change, or does it with `--yes`. */
export async function importStack(choice: ImportChoice, context: Context): Promise<number> {
  try {
    const isDryRun = choice.yes !== true;
    const options = optionsOf(choice, context);
    const unfinished = await unfinishedImport(options, !isDryRun);
    if (unfinished.length > 0)
      say(
        context.io,
        `An import was cut off. ${isDryRun ? 'With --yes it is finished first' : 'It is finished now'}: ${unfinished.join(', ')}.`,
      );
    const stack = await StackImport.prepare(options);
    if (!isDryRun) await stack.carryOut();
    await show(stack, choice, context);
    const isDone = stack.isDone && (unfinished.length === 0 || !isDryRun);
    sayWhatIsNext(stack, { isDryRun, isDone }, context);
    return choice['detailed-exitcode'] === true && isDryRun && !isDone ? CHANGES_PLANNED : EXIT.ok;
  } catch (error) {
    if (error instanceof ImportError)
      throw new CliError(error.message, { exitCode: EXIT.configuration, hint: error.hint });
    throw asCliError(error);
  }
}

function optionsOf(choice: ImportChoice, context: Context) {
  const { file, force = false, vault, mount = 'kv' } = choice;
  const files = context.all('files');
  const folder = basename(dirname(resolve(files[0] ?? ''))).replaceAll(/[^\w.-]+/g, '-');
  const pathPrefix = (choice['path-prefix'] ?? (folder || 'stack')).replaceAll(/^\/+|\/+$/g, '');
  return {
    files,
    manifest: file,
    force,
    vault: vault === undefined ? undefined : { address: vault, mount, pathPrefix },
    include: new Set(context.all('include')),
    exclude: new Set(context.all('exclude')),
    variables: context.config.environment,
  };
}

async function show(stack: StackImport, choice: ImportChoice, context: Context): Promise<void> {
  const { secrets, diffs } = stack;
  const columns = {
    name: ({ name }: SecretRow) => name,
    services: ({ services }: SecretRow) => services.join(', ') || null,
    ...fields('how', 'place', 'reason'),
  };
  await print(context, choice, {
    value: { dry_run: choice.yes !== true, done: stack.isDone, secrets, diffs },
    table: () => [tableOf(secrets, columns), ...diffs.map(({ diff }) => diff)],
  });
}

function sayWhatIsNext(
  { isDone: isNothingFound, secrets }: StackImport,
  { isDryRun, isDone }: { isDryRun: boolean; isDone: boolean },
  { io }: Context,
): void {
  const kept = secrets.filter(({ how }) => how === 'kept').length;
  if (kept > 0) say(io, `Kept where they are: ${kept}. The reasons are in the list.`);
  if (isNothingFound) say(io, isDone ? 'Nothing is to be done.' : 'Repeat the command with --yes.');
  else if (isDryRun) say(io, 'Nothing was done. To do it, repeat the command with --yes.');
  else
    say(
      io,
      'All values are stored and were read back. Keep the folder secrets out of version control; ' +
        'docker compose up --detach starts the services with them.',
    );
}
