import { open, unlink } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import {
  exportMatching,
  verifyFile,
  verifyStorage,
  type AuditFilter,
  type Verification,
  type VerifyOptions,
} from '../../audit/index.ts';
import { signedJsonIn } from '../../base/forms/repeated-names.ts';
import type { Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { isStream, nameOf, openInput, readInput } from '../files.ts';
import { say, write, type Io } from '../io.ts';
import { print, type OutputChoice } from '../output.ts';
import { openLocal } from '../server/local.ts';

type Checkpoints = NonNullable<VerifyOptions['checkpoints']>;

interface Choice extends OutputChoice {
  file?: string | undefined;
}

/** The filters as the API has them: times as text. */
interface Filter extends Omit<AuditFilter, 'fromMs' | 'toMs'> {
  from?: string;
  to?: string;
}

export async function exportLocally(
  context: Context,
  choice: Choice,
  { from, to, ...rest }: Filter,
): Promise<void> {
  const { storage, sealing } = await openLocal(context.config);
  const filter: AuditFilter = {
    ...rest,
    ...(from === undefined ? {} : { fromMs: Date.parse(from) }),
    ...(to === undefined ? {} : { toMs: Date.parse(to) }),
  };
  try {
    await writeExport(context, choice, exportMatching(storage.db, sealing.signer, filter));
  } finally {
    await storage.close();
  }
}

export async function writeExport(
  context: Context,
  choice: Choice,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  if (choice.file === undefined || isStream(choice.file)) {
    for await (const piece of pieces) await write(context.io, piece);
    return;
  }
  await print(context, choice, { value: { file: choice.file, lines: await writeFile(choice.file, pieces) } });
}

/** Refuses to replace a file: it may be the only copy of a record. An export that breaks off leaves none. */
async function writeFile(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<number> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'it exists' : error.message;
    throw new CliError(`${path} cannot be written: ${why}.`, {
      exitCode: EXIT.failure,
      hint: 'Choose another name.',
    });
  });
  try {
    let lines = 0;
    for await (const piece of pieces) {
      const bytes = Buffer.from(piece as string);
      await file.write(bytes);
      lines += bytes.filter((byte) => byte === LINE_END).length;
    }
    await file.sync();
    return lines;
  } catch (error) {
    await unlink(path);
    throw error;
  } finally {
    await file.close();
  }
}

const LINE_END = 0x0a;

export async function verifyRecord(context: Context, choice: Choice): Promise<number> {
  const publicKey = await Promise.all(context.all('public-key').map((path) => readInput(context.io, path)));
  const checkpoints = await Promise.all(
    context.all('checkpoint').map((path) => readCheckpoint(context.io, path)),
  );
  const options: VerifyOptions = {
    ...(publicKey.length === 0 ? {} : { publicKey }),
    ...(checkpoints.length === 0 ? {} : { checkpoints }),
  };
  const value =
    choice.file === undefined
      ? await verifyLocally(context, options)
      : await verifyExport(context, choice.file, options);
  await print(context, choice, { value });
  if (value.valid) return EXIT.ok;
  say(context.io, `The record is BROKEN at ${value.seq}: ${value.message}`);
  return EXIT.failure;
}

async function verifyExport({ io }: Context, path: string, options: VerifyOptions): Promise<Verification> {
  const input = Readable.from(await openInput(io, path));
  return verifyFile(createInterface({ input, crlfDelay: Infinity }), options);
}

/** Accepts only checkpoints of the signer of this machine. */
async function verifyLocally(context: Context, options: VerifyOptions): Promise<Verification> {
  const local = await openLocal(context.config);
  try {
    return await verifyStorage(local.storage, { publicKey: local.sealing.publicKeys, ...options });
  } finally {
    await local.storage.close();
  }
}

async function readCheckpoint(io: Io, path: string): Promise<Checkpoints[number]> {
  const value = signedJsonIn(await readInput(io, path));
  if (value !== undefined) return value as Checkpoints[number];
  throw usageError(`${nameOf(path)} is not a checkpoint.`, {
    example: 'keyward audit checkpoint > checkpoint.json',
  });
}
