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
  type Manifest,
  type Sink,
  type Surroundings,
} from '../../bootstrap/index.ts';
import type { Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import type { OutputChoice } from '../output.ts';
import { Progress } from '../progress.ts';
import type { Report } from './report-sending.ts';
import { Reporting, type Done } from './reporting.ts';

export const FILE = 'keyward.bootstrap.yaml';

export interface Choice extends OutputChoice {
  file?: string | undefined;
  phase?: string | undefined;
  restore?: boolean | undefined;
  accept?: boolean | undefined;
}

/** A manifest with its sinks. The minters of a phase are opened when its turn comes: an earlier one may store what they need. */
export class Opened {
  readonly manifest: Manifest;
  readonly #surroundings: Surroundings;
  readonly #sinks: Map<string, Sink>;
  readonly #context: Context;
  readonly #choice: Choice;

  constructor(
    manifest: Manifest,
    parts: { surroundings: Surroundings; sinks: Map<string, Sink>; context: Context; choice: Choice },
  ) {
    this.manifest = manifest;
    this.#surroundings = parts.surroundings;
    this.#sinks = parts.sinks;
    this.#context = parts.context;
    this.#choice = parts.choice;
  }

  /** Ids of the keys that were chosen: those of the phase static, then the derived ones; without empty phases. */
  get phases(): string[][] {
    return chosenKeys(this.manifest, this.#choice, this.#context.all('only')).filter((ids) => ids.length > 0);
  }

  /** undefined: the manifest names no server for reports, or the verb is not reported. */
  reporting(verb: Report['verb'] | undefined): Reporting | undefined {
    const file = basename(this.#choice.file ?? FILE);
    const { manifest } = this;
    return Reporting.for({ manifest, surroundings: this.#surroundings, context: this.#context, file, verb });
  }

  async inPhase<T>(ids: readonly string[], work: (bootstrap: Bootstrap) => Promise<T>): Promise<T> {
    const { manifest } = this;
    const minters = await openMinters(manifest, ids, this.#surroundings);
    try {
      return await work(
        new Bootstrap({
          manifest,
          surroundings: this.#surroundings,
          sinks: this.#sinks,
          minters,
          nowMs: Date.now,
          restore: this.#choice.restore ?? false,
          accept: this.#choice.accept ?? false,
        }),
      );
    } finally {
      for (const minter of minters.values()) await minter.stop();
    }
  }

  /** Waits for the services of derived keys. */
  async waitFor(ids: readonly string[]): Promise<void> {
    const { keys, services = {} } = this.manifest;
    const needed = new Set(
      ids.flatMap((id) => (keys[id]?.phase === 'derived' ? [keys[id].service ?? ''] : [])),
    );
    const progress = new Progress(this.#context.io);
    try {
      await waitForServices(
        Object.fromEntries(Object.entries(services).filter(([name]) => needed.has(name))),
        (name, seconds, problem) => progress.wait(`${name}, which ${problem}`, seconds),
      );
    } finally {
      progress.end();
    }
  }
}

/** Opens the manifest that was chosen, and closes it after the work. @throws CliError */
export async function withManifest<T>(
  choice: Choice,
  context: Context,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  try {
    const { manifest, surroundings } = await manifestOf(choice, context);
    const sinks = await openSinks(manifest, surroundings);
    try {
      return await work(new Opened(manifest, { surroundings, sinks, context, choice }));
    } finally {
      for (const sink of sinks.values()) await sink.stop();
    }
  } catch (error) {
    throw asCliError(error);
  }
}

/** @throws CliError, ManifestError */
export async function manifestOf(
  { file = FILE }: Choice,
  { config: { environment: variables } }: Context,
): Promise<{ manifest: Manifest; surroundings: Surroundings }> {
  const path = resolve(file);
  const manifest = readManifest(await textOf(path), file, variables);
  return { manifest, surroundings: { folder: dirname(path), variables } };
}

/** Under which verb the run is reported, where the manifest names a server for it. @default it is not reported */
export interface Reported {
  reportAs?: Report['verb'] | undefined;
}

/** The same verb for each phase. */
export function overPhases<Result extends Done>(
  choice: Choice & Reported & { isReversed?: boolean },
  context: Context,
  work: (bootstrap: Bootstrap, ids: readonly string[]) => Promise<Result[]>,
): Promise<Result[]> {
  return withManifest(choice, context, async (opened) => {
    const reporting = opened.reporting(choice.reportAs);
    const results: Result[] = [];
    try {
      for (const ids of choice.isReversed === true ? opened.phases.toReversed() : opened.phases) {
        await opened.waitFor(ids);
        await opened.inPhase(ids, async (bootstrap) => {
          const done = await work(bootstrap, ids);
          results.push(...done);
          await reporting?.add(bootstrap, ids, done);
        });
      }
      return results;
    } finally {
      await reporting?.send();
    }
  });
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw usageError(`The manifest ${path} cannot be read (${cause.code ?? 'unknown'}).`, {
      hint: 'Name it with --file. docs/bootstrap.md has one to start from.',
    });
  });
}

/** The ids of the two phases. */
function chosenKeys({ keys }: Manifest, { phase }: Choice, only: readonly string[]): [string[], string[]] {
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

export function asCliError(error: unknown): unknown {
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
