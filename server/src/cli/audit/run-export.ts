import { open } from 'node:fs/promises';
import { exportRecords } from '../../audit/index.ts';
import type { Context } from '../command.ts';
import { CliError, EXIT } from '../exit.ts';
import { write } from '../io.ts';
import { print, type OutputChoice } from '../output.ts';
import { openLocal } from '../server/local.ts';

interface Choice extends OutputChoice {
  file?: string | undefined;
}

export async function exportRecord(context: Context, choice: Choice): Promise<void> {
  const { storage, sealing } = await openLocal(context.config);
  try {
    const lines = exportRecords(storage.db, sealing.signer);
    if (choice.file === undefined || choice.file === '-') {
      for await (const line of lines) await write(context.io, line);
      return;
    }
    await print(context, choice, {
      value: { file: choice.file, lines: await writeLines(choice.file, lines) },
    });
  } finally {
    await storage.close();
  }
}

/** Never over a file that is there: it may be the only witness. */
async function writeLines(path: string, lines: AsyncIterable<string>): Promise<number> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'it exists' : error.message;
    throw new CliError(`${path} cannot be written: ${why}.`, {
      exitCode: EXIT.failure,
      hint: 'Choose another name.',
    });
  });
  try {
    let count = 0;
    for await (const line of lines) {
      await file.write(line);
      count++;
    }
    await file.sync();
    return count;
  } finally {
    await file.close();
  }
}
