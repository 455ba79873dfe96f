import { Gate } from '../../base/gate.ts';
import { jsonIn } from '../../base/json-text.ts';
import { isProgram, runCommand, type Ended } from '../calls/run-command.ts';
import { filled, filledText, textAt, type Values } from '../calls/templates.ts';

import type { Item, ItemStore } from './item-sink.ts';
import { SinkError } from './sink.ts';
import type { ExecSinkSpec } from './store-specs.ts';

const TIMEOUT_SECONDS = 30;
const AT_ONCE = 4;

type Verb = 'read' | 'create' | 'write' | 'remove';

export interface ExecStoreOptions {
  /** Its name in the manifest. */
  name: string;
  /** Relative programs start there. */
  folder: string;
  /** The whole environment of the commands. */
  env: Readonly<Record<string, string>>;
}

/**
 * A store behind a program. The value goes through stdin and stdout alone: arguments stand in the list of processes. What
 * a failed command says is never shown, since it may hold the value.
 */
export class ExecStore implements ItemStore {
  readonly comparesVersions: boolean;
  readonly #spec: ExecSinkSpec;
  readonly #options: ExecStoreOptions;
  readonly #gate: Gate;

  constructor(spec: ExecSinkSpec, options: ExecStoreOptions) {
    this.comparesVersions = spec.compare === 'version';
    this.#spec = spec;
    this.#options = options;
    this.#gate = new Gate(spec.at_once ?? AT_ONCE);
  }

  async check(): Promise<void> {
    const { folder, env } = this.#options;
    for (const verb of ['read', 'create', 'write', 'remove'] as const) {
      const [program] = this.#spec[verb]?.command ?? [];
      if (program !== undefined && !(await isProgram(program, folder, env['PATH'])))
        throw this.#missing(verb, program, 'ENOENT');
    }
  }

  async read(name: string): Promise<Item | undefined> {
    const { command, absent, value, version } = this.#spec.read;
    const argv = command.map((part) => filledText(part, { name }));
    const ended = await this.#run(argv);
    if (ended.how !== 'exit') throw this.#failed('read', argv, ended);
    if (isSaid(absent, ended)) return undefined;
    if (ended.code !== 0) throw this.#failed('read', argv, ended);
    const { stdout } = ended;
    const json = value === undefined && version === undefined ? undefined : jsonIn(stdout);
    const found = {
      value: value === undefined ? stdout.replace(/\r?\n$/, '') : textAt(json, value),
      version: version === undefined ? '' : textAt(json, version),
    };
    if (found.value === '') throw this.#lacks('value', value ?? 'its stdout');
    if (version !== undefined && found.version === '') throw this.#lacks('version', version);
    return found;
  }

  async write(
    name: string,
    value: string,
    replaced: Item | undefined,
  ): Promise<'written' | 'changed' | SinkError> {
    const verb: Verb = replaced === undefined && this.#spec.create !== undefined ? 'create' : 'write';
    const { command, stdin = '{value}', changed } = this.#spec[verb] ?? this.#spec.write;
    const known: Values = { name, version: replaced?.version ?? '' };
    const argv = command.map((part) => filledText(part, known));
    const given = filled(stdin, { ...known, value });
    const ended = await this.#run(argv, typeof given === 'string' ? given : JSON.stringify(given));
    if (ended.how === 'exit' && ended.code === 0) return 'written';
    if (changed !== undefined && isSaid(changed, ended)) return 'changed';
    return this.#failed(verb, argv, ended);
  }

  async remove(name: string): Promise<void> {
    const argv = this.#spec.remove.command.map((part) => filledText(part, { name }));
    const ended = await this.#run(argv);
    if (ended.how !== 'exit' || ended.code !== 0) throw this.#failed('remove', argv, ended);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  #run(argv: readonly string[], stdin?: string): Promise<Ended> {
    const { env, folder } = this.#options;
    const timeoutMs = (this.#spec.timeout_seconds ?? TIMEOUT_SECONDS) * 1000;
    return this.#gate.run(() =>
      runCommand(argv, { env, folder, timeoutMs, ...(stdin === undefined ? {} : { stdin }) }),
    );
  }

  #failed(verb: Verb, argv: readonly string[], ended: Ended): SinkError {
    const [program = ''] = argv;
    if (ended.how === 'missing') return this.#missing(verb, program, ended.reason);
    const how = {
      exit: () => `ended with exit code ${'code' in ended ? ended.code : ''}`,
      signal: () => `was ended by ${'reason' in ended ? ended.reason : ''}`,
      late: () => `did not end within ${this.#spec.timeout_seconds ?? TIMEOUT_SECONDS} s`,
      long: () => 'has an output of more than 1 MiB',
    }[ended.how]();
    const stdin = verb === 'read' || verb === 'remove' ? '' : ' It gets the value on stdin.';
    return new SinkError(
      ended.how === 'late' || ended.how === 'signal' ? 'unavailable' : 'refused',
      `The command of ${this.#field(verb)} ${how}. What it said may hold a value and is not shown. Run it by hand: ${argv.map(quoted).join(' ')}.${stdin}`,
    );
  }

  #missing(verb: Verb, program: string, code: string): SinkError {
    return new SinkError(
      'refused',
      `The program ${program} of ${this.#field(verb)} cannot be started (${code}). Install it, or correct the manifest.`,
    );
  }

  #lacks(what: 'value' | 'version', where: string): SinkError {
    return new SinkError(
      'refused',
      `The output of the command of ${this.#field('read')} has no ${what} at ${where}. Correct ${this.#field('read')}.${what}.`,
    );
  }

  #field(verb: Verb): string {
    return `sinks.${this.#options.name}.${verb}`;
  }
}

/** Most programs have one exit code for all failures: the text tells them apart. */
const isSaid = ({ exit, stderr }: ExecSinkSpec['read']['absent'], ended: Ended): boolean =>
  ended.how === 'exit' && exit.includes(ended.code) && new RegExp(stderr, 'u').test(ended.stderr);

/** As a shell reads it. */
const quoted = (part: string): string =>
  /^[\w./:=@%+,-]+$/.test(part) ? part : `'${part.replaceAll("'", `'\\''`)}'`;
