import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import {
  Bootstrap,
  ManifestError,
  MinterError,
  openMinters,
  openSinks,
  readManifest,
  SinkError,
  VariableError,
  waitForServices,
  type KeyReport,
  type KeyStatus,
  type Manifest,
} from '../../bootstrap/index.ts';
import type { Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { say } from '../io.ts';
import { fields, formOf, print, tableText, type OutputChoice } from '../output.ts';
import { Progress } from '../progress.ts';
import type { Report } from './report-sending.ts';
import { Reporting, type Done } from './reporting.ts';

const FILE = 'keyward.bootstrap.yaml';
/** As Terraform's `plan -detailed-exitcode`. */
const CHANGES_PLANNED = 2;

export interface Choice extends OutputChoice {
  file?: string | undefined;
  phase?: string | undefined;
}

export async function planKeys(
  choice: Choice & { 'detailed-exitcode'?: boolean | undefined },
  context: Context,
): Promise<number> {
  const reports = await withBootstrap(choice, context, (bootstrap, ids) => bootstrap.plan(ids));
  await show(reports, choice, context);
  const isInStep = reports.every(({ action }) => action === 'none');
  return choice['detailed-exitcode'] === true && !isInStep ? CHANGES_PLANNED : EXIT.ok;
}

export async function applyKeys(
  choice: Choice & { restore?: boolean | undefined },
  context: Context,
): Promise<number> {
  const reports = await withBootstrap({ ...choice, reportAs: 'apply' }, context, (bootstrap, ids) =>
    bootstrap.apply(ids),
  );
  await show(reports, choice, context);
  const blocked = reports.filter(({ action }) => action === 'blocked');
  if (blocked.length === 0) return EXIT.ok;
  return blocked.some(({ needs_operator }) => needs_operator === true) ? EXIT.configuration : EXIT.failure;
}

export async function showStatus(choice: Choice, context: Context): Promise<void> {
  await statusOf({ ...choice, reportAs: 'status' }, context);
}

export async function verifyKeys(choice: Choice, context: Context): Promise<number> {
  const all = await statusOf({ ...choice, reportAs: 'verify' }, context);
  return all.every(({ action }) => action === 'none') ? EXIT.ok : EXIT.failure;
}

async function statusOf(choice: Choice & Reported, context: Context): Promise<KeyStatus[]> {
  const all = await withBootstrap(choice, context, (bootstrap, ids) => bootstrap.status(ids));
  const columns = {
    id: ({ id }: KeyStatus) => id,
    state: ({ action, reason }: KeyStatus) => (action === 'none' ? 'in step' : (reason ?? action)),
    ...fields('verdict', 'stored_from', 'stored_at', 'place'),
  };
  await print(context, choice, { value: { keys: all }, table: () => tableText(all, columns) });
  return all;
}

/** Under which verb the run is reported, where the manifest names a server for it. @default it is not reported */
interface Reported {
  reportAs?: Report['verb'] | undefined;
}

/** Static keys first, then derived ones: their services may need the static ones to start. */
export async function withBootstrap<Result extends Done>(
  choice: Choice & Reported & { restore?: boolean | undefined; isReversed?: boolean },
  context: Context,
  work: (bootstrap: Bootstrap, ids: readonly string[]) => Promise<Result[]>,
): Promise<Result[]> {
  try {
    const path = resolve(choice.file ?? FILE);
    const { environment: variables } = context.config;
    const manifest = readManifest(await textOf(path), choice.file ?? FILE, variables);
    const surroundings = { folder: dirname(path), variables };
    const phases = wantedKeys(manifest, choice, context.all('only'));
    const file = basename(path);
    const reporting = Reporting.for({ manifest, surroundings, context, file, verb: choice.reportAs });
    const sinks = await openSinks(manifest, surroundings);
    try {
      const reports: Result[] = [];
      for (const ids of choice.isReversed === true ? phases.toReversed() : phases) {
        if (ids.length === 0) continue;
        await waitFor(manifest, ids, context);
        const minters = await openMinters(manifest, ids, surroundings);
        const options = {
          manifest,
          surroundings,
          sinks,
          minters,
          nowMs: Date.now,
          restore: choice.restore ?? false,
        };
        try {
          const bootstrap = new Bootstrap(options);
          const done = await work(bootstrap, ids);
          reports.push(...done);
          await reporting?.add(bootstrap, ids, done);
        } finally {
          for (const minter of minters.values()) await minter.stop();
        }
      }
      return reports;
    } finally {
      await reporting?.send();
      for (const sink of sinks.values()) await sink.stop();
    }
  } catch (error) {
    throw asCliError(error);
  }
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw usageError(`The manifest ${path} cannot be read (${cause.code ?? 'unknown'}).`, {
      hint: 'Name it with --file. docs/bootstrap.md has one to start from.',
    });
  });
}

/** The ids of the two phases. */
function wantedKeys({ keys }: Manifest, { phase }: Choice, only: readonly string[]): [string[], string[]] {
  const unknown = only.find((id) => !(id in keys));
  if (unknown !== undefined)
    throw usageError(`The manifest has no key ${unknown}.`, {
      hint: `Its keys: ${Object.keys(keys).join(', ')}.`,
    });
  const wanted = Object.entries(keys).filter(([id]) => only.length === 0 || only.includes(id));
  const of = (name: string): string[] =>
    phase !== undefined && phase !== name
      ? []
      : wanted.filter(([, key]) => (key.phase ?? 'static') === name).map(([id]) => id);
  return [of('static'), of('derived')];
}

async function waitFor(
  { keys, services = {} }: Manifest,
  ids: readonly string[],
  { io }: Context,
): Promise<void> {
  const needed = new Set(
    ids.flatMap((id) => (keys[id]?.phase === 'derived' ? [keys[id].service ?? ''] : [])),
  );
  const progress = new Progress(io);
  try {
    await waitForServices(
      Object.fromEntries(Object.entries(services).filter(([name]) => needed.has(name))),
      (name, seconds) => progress.say(`Waiting for ${name} (${seconds} s)`),
    );
  } finally {
    progress.end();
  }
}

async function show(reports: readonly KeyReport[], choice: OutputChoice, context: Context): Promise<void> {
  const columns = fields('id', 'action', 'source', 'place', 'reason');
  await print(context, choice, { value: { keys: reports }, table: () => tableText(reports, columns) });
  for (const { id, action, reason, steps } of reports)
    if (action === 'blocked' && formOf(choice, context) === 'table')
      say(context.io, `${id}: ${reason ?? ''}. ${steps ?? ''}`);
}

function asCliError(error: unknown): unknown {
  if (error instanceof ManifestError)
    return new CliError('The manifest has faults.', {
      exitCode: EXIT.configuration,
      hint: error.message.replaceAll('\n', '\n  '),
    });
  if (error instanceof VariableError) return new CliError(error.message, { exitCode: EXIT.configuration });
  if (error instanceof SinkError || error instanceof MinterError)
    return new CliError(error.message, {
      exitCode: error.fault === 'unavailable' ? EXIT.unreachable : EXIT.failure,
    });
  return error;
}
