import { similar } from '../base/nearest.ts';
import type { Command, Context } from './command.ts';
import { usageError, EXIT } from './exit.ts';
import { isTerminal, type Io } from './io.ts';
import { root } from './root.ts';

export type { Io } from './io.ts';

/**
 * Runs one command.
 * @param argv the words after `keyward`.
 * @returns the exit code; all output has been written.
 */
export async function runCommandLine(argv: string[], io: Io): Promise<number> {
  try {
    return await run(argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv, io);
  } catch (error) {
    const { printFailure } = await import('./failure.ts');
    return printFailure(io, error);
  }
}

async function run(argv: string[], io: Io): Promise<number> {
  const { command, path, rest } = await resolve(argv);
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (options.includes('--help') || options.includes('-h') || (path.length === 0 && rest.length === 0)) {
    await help(command, path, { io, stream: io.stdout });
    return EXIT.ok;
  }
  if (path.length === 0 && (rest[0] === '--version' || rest[0] === '-v')) {
    const { BUILD } = await import('../base/version.ts');
    io.stdout.write(`${BUILD}\n`);
    return EXIT.ok;
  }
  if (command.load === undefined) {
    if (rest[0]?.startsWith('-') === true)
      throw usageError(`${rest[0].split('=', 1)[0]} must come after the command.`);
    await help(command, path, { io, stream: io.stderr });
    return EXIT.usage;
  }
  return start(command, { rest, path, io });
}

async function resolve(argv: string[]): Promise<{ command: Command; path: string[]; rest: string[] }> {
  let command: Command = root;
  const path: string[] = [];
  while (command.commands !== undefined) {
    const word = argv[path.length];
    if (word === undefined || word.startsWith('-')) break;
    const next: Command | undefined = command.commands[word];
    if (next === undefined) throw unknown(word, path, command.commands);
    path.push(word);
    command = next;
  }
  return { command, path, rest: argv.slice(path.length) };
}

/** Verbs that other programs use for the same. */
const SAME_VERBS = [
  ['create', 'add', 'new', 'make', 'mint'],
  ['list', 'ls'],
  ['get', 'show', 'view', 'describe', 'info'],
  ['update', 'edit', 'set', 'change', 'disable', 'enable'],
  ['revoke', 'delete', 'remove', 'rm', 'destroy'],
];

function unknown(word: string, path: string[], commands: Record<string, Command>): Error {
  const prefix = ['keyward', ...path].join(' ');
  const meant = meantBy(word, commands);
  // It may be a key that was pasted here: the error does not repeat all of it.
  const shown = word.length > 20 ? `${word.slice(0, 8)}…` : word;
  return usageError(`There is no command ${prefix} ${shown}.`, {
    hint: `${meant === undefined ? '' : `Did you mean ${prefix} ${meant}? `}${prefix} --help lists all commands.`,
  });
}

/** A command of the same meaning, one that is written alike, or the noun that has the verb, such as `auth login` for `login`. */
function meantBy(word: string, commands: Record<string, Command>): string | undefined {
  const known = Object.keys(commands);
  const same = SAME_VERBS.find((verbs) => verbs.includes(word)) ?? [];
  const [near] = [...same.filter((verb) => known.includes(verb)), ...similar(word, known)];
  if (near !== undefined) return near;
  const nouns = known.filter((name) => Object.hasOwn(commands[name]?.commands ?? {}, word));
  return nouns.length === 1 ? `${nouns[0]} ${word}` : undefined;
}

async function help(
  command: Command,
  path: string[],
  { io, stream }: { io: Io; stream: Io['stdout'] },
): Promise<void> {
  const { helpText } = await import('./help.ts');
  const isColoured = isTerminal(stream) && isTerminal(io.stdout);
  const width = isTerminal(stream) ? stream.columns || undefined : undefined;
  stream.write(await helpText(command, path, { isColoured, width }));
}

async function start(
  command: Command,
  { rest, path, io }: { rest: string[]; path: string[]; io: Io },
): Promise<number> {
  const [{ runCommand }, { checkArguments }, { chosenForm }, { loadConfig }] = await Promise.all([
    import('citty'),
    import('./parse.ts'),
    import('./output.ts'),
    import('../config.ts'),
  ]);
  const declared = await command.load?.();
  const { values, argv } = checkArguments(rest, declared ?? { args: {} });
  const [output, format, json] = ['output', 'format', 'json'].map((flag) => values.get(flag)?.at(-1));
  chosenForm({ output, format, json: json === 'true' });
  const context: Context = { io, config: loadConfig(), all: (flag) => values.get(flag) ?? [] };
  try {
    const running = runCommand(command, { rawArgs: argv, data: context });
    const isLeft = declared?.endsItself !== true;
    const { result } = await (isLeft ? Promise.race([running, interruption(io.interrupted)]) : running);
    return typeof result === 'number' ? result : EXIT.ok;
  } catch (error) {
    const { printFailure } = await import('./failure.ts');
    return printFailure(io, await explained(error as Error, path), { args: declared?.args });
  }
}

/** Rejects on Ctrl-C. The end of the process ends the command. */
function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** Errors of citty in our form. */
async function explained(error: Error, path: string[]): Promise<Error> {
  if (error.name !== 'CLIError') return error;
  const { stripVTControlCharacters } = await import('node:util');
  const message = stripVTControlCharacters(error.message).replace(
    /^Missing required positional argument: /,
    'Missing: ',
  );
  return usageError(`${message.replace(/\.$/, '')}.`, {
    hint: `keyward ${path.join(' ')} --help has examples.`,
  });
}
