import { dirname, join, resolve } from 'node:path';
import { isMap, isScalar } from 'yaml';
import { Bootstrap } from '../bootstrap.ts';
import type { KeySpec, Manifest, PlaceSpec } from '../manifest/manifest.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { openSinks } from '../open-sinks.ts';
import { shownPlace } from '../report.ts';
import type { Sink } from '../sinks/sink.ts';
import { readDotenv } from './dotenv-text.ts';
import { findSecrets, type Choices } from './findings.ts';
import { ImportError } from './import-error.ts';
import {
  carryOut,
  changeOf,
  cutOffImport,
  finishImport,
  journalPath,
  type FileChange,
} from './import-journal.ts';
import { planImport, type ImportPlan } from './import-plan.ts';
import { secretRows, type SecretRow } from './import-report.ts';
import { maskedInCompose, maskedInDotenv } from './masked-parts.ts';
import { manifestText, OWN_SINKS, type VaultChoice } from './new-manifest.ts';
import { editsOf, type EditedFile } from './stack-edits.ts';
import { readStack, textFile, textIfAny, type Stack } from './stack.ts';
import { unifiedDiff } from './text-edits.ts';

export interface StackImportOptions extends Choices {
  /** Compose files and .env files. */
  files: readonly string[];
  /** undefined: beside the compose file. */
  manifest: string | undefined;
  /** Adds to a manifest that exists. */
  force: boolean;
  vault: VaultChoice | undefined;
  variables: NodeJS.ProcessEnv;
}

const MANIFEST = 'keyward.bootstrap.yaml';

/** Takes the secrets of a compose stack over: what it would do, and doing it. */
export class StackImport {
  /** What was found; never a value. */
  readonly secrets: readonly SecretRow[];
  /** Unified diffs; values are shown as `…`. */
  readonly diffs: readonly { path: string; diff: string }[];
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    const { plan, manifest, edited, manifestChange } = parts;
    this.#parts = parts;
    this.secrets = secretRows(plan, (id) => shownPlace(manifest?.keys[id]?.store[0] ?? { sink: '' }));
    this.diffs = [
      ...edited.map((file) => diffOf(file, plan)),
      ...(manifestChange === undefined ? [] : [manifestDiff(manifestChange)]),
    ];
  }

  /** Reads the stack. Writes nothing. @throws ImportError, ManifestError */
  static async prepare(options: StackImportOptions): Promise<StackImport> {
    const path = manifestOf(options);
    const text = await textIfAny(path);
    const known = text === undefined ? undefined : readManifest(text, path, options.variables);
    const stack = await readStack({ files: options.files, ignored: variableFilesOf(known, path) });
    const findings = findSecrets(stack, options);
    const taken = {
      ids: new Set(Object.keys(known?.keys ?? {})),
      sinks: new Set([...Object.keys(known?.sinks ?? {}), ...OWN_SINKS]),
      variables: new Set(Object.values(known?.keys ?? {}).flatMap(variablesOf)),
      secrets: new Set(stack.composeFiles.flatMap(topLevelSecrets)),
    };
    const plan = planImport(stack, findings, taken);
    const base = { plan, path, edited: editsOf(plan), options };
    if (plan.keys.length === 0)
      return new StackImport({ ...base, edited: [], manifest: known, manifestChange: undefined });
    if (text !== undefined && !options.force)
      throw new ImportError(
        `${path} exists already, and the stack has secrets that are not in it: ${plan.keys.map(({ env }) => env).join(', ')}.`,
        'Add them to it with --force: its own keys stay. Or name another manifest with --file.',
      );
    const newText = manifestText(plan, { path, text, vault: options.vault });
    return new StackImport({
      ...base,
      manifest: readManifest(newText, path, options.variables),
      manifestChange: { path, text, newText },
    });
  }

  get isDone(): boolean {
    return this.#parts.plan.keys.length === 0;
  }

  /** Stores the values, reads them back, and only then changes the files. @throws ImportError, SinkError, VariableError */
  async carryOut(): Promise<void> {
    const { manifest, manifestChange, path, edited } = this.#parts;
    if (manifest === undefined || manifestChange === undefined) return;
    await storeValues(this.#parts, manifest);
    const changes: FileChange[] = [
      changeOf(resolve(path), manifestChange.text, [
        { start: 0, end: manifestChange.text?.length ?? 0, text: manifestChange.newText },
      ]),
      ...edited.map((file) => changeOf(resolve(file.path), file.text, file.edits)),
    ];
    await carryOut(journalPath(resolve(path)), changes);
  }
}

/** The files that a run which was cut off has still to change; with `finish` it changes them. */
export async function unfinishedImport(
  options: Pick<StackImportOptions, 'files' | 'manifest'>,
  finish: boolean,
): Promise<string[]> {
  const journal = journalPath(resolve(manifestOf(options)));
  const changes = await cutOffImport(journal);
  if (changes !== undefined && finish) await finishImport(journal);
  return (changes ?? []).map(({ path }) => path);
}

function manifestOf({ files, manifest }: Pick<StackImportOptions, 'files' | 'manifest'>): string {
  return manifest ?? join(dirname(files.find((path) => /\.ya?ml$/i.test(path)) ?? ''), MANIFEST);
}

interface Parts {
  plan: ImportPlan;
  path: string;
  edited: EditedFile[];
  options: StackImportOptions;
  manifest: Manifest | undefined;
  manifestChange: { path: string; text: string | undefined; newText: string } | undefined;
}

function diffOf(file: EditedFile, { stack, findings }: ImportPlan): { path: string; diff: string } {
  const compose = stack.composeFiles.find(({ path }) => path === file.path);
  const dotenv = stack.dotenvFiles.find(({ path }) => path === file.path);
  const masked = [
    ...(compose === undefined ? [] : maskedInCompose(compose, findings)),
    ...(dotenv === undefined ? [] : maskedInDotenv(dotenv)),
  ];
  return { path: file.path, diff: unifiedDiff(file.path, file.text, { edits: file.edits, masked }) };
}

function manifestDiff({ path, text = '', newText }: NonNullable<Parts['manifestChange']>): {
  path: string;
  diff: string;
} {
  // What is added stands at the ends of two maps: the rest is the same.
  const lines = { old: text.split('\n'), new: newText.split('\n') };
  let same = 0;
  while (same < lines.old.length && lines.old[same] === lines.new[same]) same++;
  const start = lines.old
    .slice(0, same)
    .map((line) => `${line}\n`)
    .join('').length;
  const edits = [
    { start: Math.min(start, text.length), end: text.length, text: lines.new.slice(same).join('\n') },
  ];
  return { path, diff: unifiedDiff(path, text, { edits, masked: [] }) };
}

/** Absolute paths of the variable files of a manifest. */
function variableFilesOf(manifest: Manifest | undefined, path: string): Set<string> {
  const files = Object.values(manifest?.sinks ?? {}).flatMap((sink) =>
    sink.type === 'dotenv' ? [resolve(dirname(resolve(path)), sink.file)] : [],
  );
  return new Set(files);
}

const variablesOf = ({ sources }: KeySpec): string[] =>
  sources.flatMap((source) => ('env' in source ? [source.env] : []));

function topLevelSecrets({ root }: Stack['composeFiles'][number]): string[] {
  const secrets = root.get('secrets', true);
  return isMap(secrets) ? secrets.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : [])) : [];
}

const DONE: readonly string[] = ['none', 'create', 'update', 'note'];

async function storeValues({ plan, path, options }: Parts, manifest: Manifest): Promise<void> {
  const values = plan.keys.map(({ env, value }) => [env, value] as const);
  // A file that a variable of the shell names would be read in the place of the value.
  const cleared = values.map(([env]) => [`${env}_FILE`, undefined] as const);
  const variables = { ...options.variables, ...Object.fromEntries([...cleared, ...values]) };
  const surroundings = { folder: dirname(resolve(path)), variables };
  const sinks = await openSinks(manifest, surroundings);
  try {
    const bootstrap = new Bootstrap({ manifest, surroundings, sinks, minters: new Map(), nowMs: Date.now });
    await bootstrap.preflight();
    for (const { place, value } of placesOf(plan, manifest))
      await refuseOther(sinkOf(sinks, place), place, value);
    const reports = await bootstrap.apply(plan.keys.map(({ id }) => id));
    const blocked = reports.find(({ action }) => !DONE.includes(action));
    if (blocked !== undefined)
      throw new ImportError(
        `${blocked.id} cannot be stored: ${blocked.reason ?? ''}. Nothing was changed in the stack.`,
        blocked.steps,
      );
    for (const { place, value } of placesOf(plan, manifest))
      await readBack(sinkOf(sinks, place), place, value);
    await readVariableFiles(plan);
  } finally {
    for (const sink of sinks.values()) await sink.stop();
  }
}

const placesOf = ({ keys }: ImportPlan, manifest: Manifest): { place: PlaceSpec; value: string }[] =>
  keys.flatMap(({ id, value }) => (manifest.keys[id]?.store ?? []).map((place) => ({ place, value })));

function sinkOf(sinks: ReadonlyMap<string, Sink>, { sink: name }: PlaceSpec): Sink {
  const sink = sinks.get(name);
  if (sink === undefined) throw new Error(`There is no sink ${name}.`);
  return sink;
}

/** What lies there already belongs to somebody else. */
async function refuseOther(sink: Sink, place: PlaceSpec, value: string): Promise<void> {
  const stored = await sink.read(place);
  if (stored.state === 'present' && stored.value !== value)
    throw new ImportError(
      `${shownPlace(place)} holds another value already. Nothing was changed.`,
      'Move it away, or choose another place: --path-prefix for Vault, --file in another folder for files.',
    );
}

async function readBack(sink: Sink, place: PlaceSpec, value: string): Promise<void> {
  const stored = await sink.read(place);
  if (stored.state !== 'present' || stored.value !== value)
    throw new ImportError(
      `${shownPlace(place)} does not give back what was stored. Nothing was changed in the stack.`,
    );
}

/** As compose will read them. */
async function readVariableFiles({ keys, variableFiles, stack }: ImportPlan): Promise<void> {
  for (const { sink, path } of variableFiles) {
    const entries = readDotenv(await textFile(resolve(stack.folder, path), path), path, () => undefined);
    for (const { copies, value } of keys)
      for (const copy of copies)
        if (copy.sink === sink && entries.findLast(({ name }) => name === copy.name)?.value !== value)
          throw new ImportError(
            `${path} does not give ${copy.name} as it was. Nothing was changed in the stack.`,
          );
  }
}
