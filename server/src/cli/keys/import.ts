import { open } from 'node:fs/promises';
import type { ImportOutcome } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb, type Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { say } from '../io.ts';
import { fields, print, tableOf, type OutputChoice } from '../output.ts';

export const importKeys = verb({
  args: {
    file: {
      type: 'positional',
      description: 'File with NDJSON, one key a line; - reads stdin',
      required: true,
    },
    ...CLIENT_ARGS,
  },
  examples: [
    'keys import keys.ndjson',
    `$ echo '{"name":"old app","role":"client","secret":"…"}' | keyward keys import -`,
  ],
  notes:
    'A line has name, owner, role or scopes, and secret or sha256 (the SHA-256 of the text of the key, 64 hex characters).\n' +
    'A bad line is reported and stops nothing. The import is idempotent. Exit code 1: a line was refused.',
  run: async (args, context) => {
    if (args.file === '-' && args['key-stdin'] === true)
      throw usageError('stdin cannot contain both the key and the lines: log in first.');
    const source =
      args.file === '-' ? (context.io.stdin as AsyncIterable<Uint8Array>) : await openFile(args.file);
    const client = await openClient(args, context);
    const outcomes: ImportOutcome[] = [];
    try {
      for await (const outcome of client.importKeys(source)) outcomes.push(outcome);
    } catch (error) {
      // Keys that were reported are stored: the report says how far the import came.
      await report(context, args, outcomes);
      throw error;
    }
    return report(context, args, outcomes);
  },
});

async function openFile(path: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    const file = await open(path);
    if ((await file.stat()).isDirectory()) throw new Error('it is a folder');
    return file.createReadStream();
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${(error as Error).message}.`, { exitCode: EXIT.usage });
  }
}

async function report(context: Context, choice: OutputChoice, outcomes: ImportOutcome[]): Promise<number> {
  const count = (outcome: ImportOutcome['outcome']): number =>
    outcomes.filter((item) => item.outcome === outcome).length;
  const refused = outcomes.filter((item) => item.outcome === 'refused');
  const value = {
    imported: count('imported'),
    existing: count('exists'),
    refused: refused.length,
    outcomes,
  };
  await print(context, choice, {
    value,
    table: () => [
      `${value.imported} imported, ${value.existing} already there, ${value.refused} refused`,
      ...(refused.length === 0 ? [] : [tableOf(refused, fields('line', 'code', 'detail'))]),
    ],
  });
  if (value.refused === 0) return EXIT.ok;
  say(context.io, `${value.refused} of ${outcomes.length} lines were refused.`);
  return EXIT.failure;
}
