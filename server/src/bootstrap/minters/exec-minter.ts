import { setTimeout as sleep } from 'node:timers/promises';
import { runningContainer, type Container } from '../docker/container.ts';
import { DockerEngine, DockerError } from '../docker/engine.ts';
import { runInContainer, runningCommands, type CommandResult } from '../docker/exec.ts';
import { filled, textAt, type Values } from '../calls/templates.ts';
import { foundKeys, itemsIn, mintedKey } from './answers.ts';
import { httpVerbsOf, type CommandOf, type ExecCommand, type ExecMinterSpec } from './exec-minter-spec.ts';
import { framedIn, FRAME_VARIABLE, lineIn, newFrame } from './frame.ts';
import { HttpMinter } from './http-minter.ts';
import { MinterError, type FoundKey, type Minter, type Verdict } from './minter.ts';

const TIMEOUT_SECONDS = 20;
const SETTLE_MS = 20_000;
const POLL_MS = 250;
/** A program that is missing or cannot be started: said by the engine, not by the program. */
const NOT_STARTED = [126, 127];
/** It goes into arguments, maybe of a shell: a service that says otherwise is not believed. */
const ID = /^[A-Za-z0-9][\w.:@/-]{0,199}$/;

type Verb = 'probe' | 'verify' | 'find' | 'mint' | 'revoke';

/** A minter that runs commands in a container of the service; its other verbs are requests. */
export class ExecMinter implements Minter {
  readonly #spec: ExecMinterSpec;
  readonly #http: HttpMinter;
  readonly #engine: DockerEngine;
  readonly #secrets: Values;
  /** The one that was looked at last. */
  #seen: Container | undefined;

  /** @param url of the service, for the verbs that are requests. @throws MinterError */
  constructor(spec: ExecMinterSpec, { url, secrets }: { url: string; secrets: Values }) {
    this.#spec = spec;
    this.#secrets = secrets;
    this.#http = new HttpMinter(httpVerbsOf(spec), { url, secrets });
    this.#engine = new DockerEngine(spec.docker);
  }

  async stop(): Promise<void> {
    await this.#http.stop();
    await this.#engine.stop();
  }

  async probe(): Promise<void> {
    const { probe } = this.#spec;
    await this.#container();
    if (probe === undefined) await this.#list('keyward:');
    else await this.#succeed('probe', probe, {});
  }

  /** Only what the command says outright; all else leaves it open. */
  async verify(key: string): Promise<Verdict> {
    const { verify } = this.#spec;
    if (!('command' in verify)) return this.#http.verify(key);
    try {
      const frame = newFrame();
      const { exitCode, stdout } = await this.#run(verify, { key }, frame);
      if (verify.valid !== undefined || verify.invalid !== undefined) {
        if (verify.valid?.includes(exitCode) === true) return 'valid';
        return verify.invalid?.includes(exitCode) === true ? 'invalid' : 'unknown';
      }
      const framed = framedIn(stdout, frame);
      const verdict = exitCode === 0 && 'body' in framed ? textAt(framed.body, '/verdict') : '';
      return verdict === 'valid' || verdict === 'invalid' ? verdict : 'unknown';
    } catch (error) {
      if (error instanceof MinterError) return 'unknown';
      throw error;
    }
  }

  async find(prefix: string): Promise<FoundKey[]> {
    await this.#settled(prefix);
    return this.#list(prefix);
  }

  async mint(label: string): Promise<{ id: string; key: string }> {
    const { mint } = this.#spec;
    if (!('command' in mint)) return this.#http.mint(label);
    if (mint.frame === 'none') return this.#bareKey(mint, label);
    const { id = '/id', key = '/key', format } = mint;
    const pointers = { id, key, ...(format === undefined ? {} : { format }) };
    const lacks = (what: string) => this.#lacks('mint', what);
    return mintedKey(await this.#framed('mint', mint, { label }), pointers, lacks);
  }

  async revoke(id: string): Promise<void> {
    const { revoke } = this.#spec;
    if ('command' in revoke) await this.#succeed('revoke', revoke, { id });
    else await this.#http.revoke(id);
  }

  origin(): Record<string, string> {
    return this.#seen === undefined ? {} : { container: this.#seen.name, image: this.#seen.imageId };
  }

  async #list(prefix: string): Promise<FoundKey[]> {
    const { find } = this.#spec;
    if (!('command' in find)) return this.#http.find(prefix);
    const body = await this.#framed('find', find, { prefix });
    const pointers = { ...find, id: find.id ?? '/id', label: find.label ?? '/label' };
    const lacks = (what: string) => this.#lacks('find', what);
    const isWanted = (label: string) => label.startsWith(prefix);
    return foundKeys(itemsIn(body, pointers, lacks), pointers, { isWanted, lacks });
  }

  async #bareKey(mint: CommandOf<'mint'>, label: string): Promise<{ id: string; key: string }> {
    const key = lineIn(await this.#succeed('mint', mint, { label }), mint.format ?? '');
    if (key === undefined)
      throw new MinterError(
        'refused',
        `The command of mint in the container ${this.#name} printed something else than one line of the declared format. Check mint.format in the manifest.`,
      );
    return { id: label, key };
  }

  /**
   * A command goes on after the run that began it was killed or has given up, and may still make a key: it has to be over
   * before keys are looked for.
   */
  async #settled(prefix: string): Promise<void> {
    const { mint } = this.#spec;
    if (!('command' in mint)) return;
    const endMs = performance.now() + SETTLE_MS;
    while (await this.#isMinting(mint, prefix)) {
      if (performance.now() > endMs)
        throw new MinterError(
          'unavailable',
          `A command of a former run still makes a key in the container ${this.#name}. Run this again when it has ended, or restart the container.`,
        );
      await sleep(POLL_MS);
    }
  }

  async #isMinting({ command }: CommandOf<'mint'>, prefix: string): Promise<boolean> {
    const container = await this.#container();
    const running = await asMinterErrors(() => runningCommands(this.#engine, container));
    const isAlike = (argument: string, index: number): boolean => {
      const [before = '', after] = (command[index] ?? '').split('{label}');
      return after === undefined
        ? argument === before
        : argument.startsWith(before + prefix) && argument.endsWith(after);
    };
    return running.some((argv) => argv.length === command.length && argv.every(isAlike));
  }

  /** @returns the JSON that it prints. @throws MinterError without any of its output: it may hold a key */
  async #framed(verb: Verb, command: ExecCommand, values: Values): Promise<unknown> {
    const frame = newFrame();
    const framed = framedIn(await this.#succeed(verb, command, values, frame), frame);
    if ('body' in framed) return framed.body;
    throw new MinterError(
      'refused',
      `The command of ${verb} in the container ${this.#name} printed ${framed.fault}. Nothing else of its output is used.`,
    );
  }

  /** @returns stdout. */
  async #succeed(verb: Verb, command: ExecCommand, values: Values, frame = newFrame()): Promise<string> {
    const { exitCode, stdout } = await this.#run(command, values, frame);
    const { ok = [0] } = command as { ok?: number[] };
    if (ok.includes(exitCode)) return stdout;
    const isMissing = NOT_STARTED.includes(exitCode);
    const meaning = isMissing
      ? `: ${command.command[0] ?? ''} is missing there or cannot be started`
      : this.#meaning(exitCode);
    throw new MinterError(
      isMissing ? 'refused' : 'unavailable',
      `The command of ${verb} in the container ${this.#name} ended with exit code ${exitCode}${meaning}.`,
    );
  }

  async #run(
    { command, stdin, env = {} }: ExecCommand,
    values: Values,
    frame: string,
  ): Promise<CommandResult> {
    const { user, workdir, timeout_seconds: timeoutSeconds = TIMEOUT_SECONDS } = this.#spec;
    if (values['id'] !== undefined && !ID.test(values['id']))
      throw this.#lacks('find or mint', 'an id of letters, digits and . _ : @ / -');
    const { label, id, prefix } = values;
    const shown = Object.fromEntries(
      Object.entries({ label, id, prefix }).filter(([, value]) => value !== undefined),
    ) as Values;
    const all = { ...this.#secrets, ...values };
    const container = await this.#container();
    return asMinterErrors(() =>
      runInContainer(this.#engine, container, {
        argv: filled(command, shown) as string[],
        env: { ...(filled(env, all) as Values), [FRAME_VARIABLE]: frame },
        ...(stdin === undefined ? {} : { stdin: filled(stdin, all) as string }),
        ...(user === undefined ? {} : { user }),
        ...(workdir === undefined ? {} : { workdir }),
        timeoutMs: timeoutSeconds * 1000,
      }),
    );
  }

  async #container(): Promise<Container> {
    this.#seen = await asMinterErrors(() => runningContainer(this.#engine, this.#spec));
    return this.#seen;
  }

  get #name(): string {
    return this.#seen?.name ?? '';
  }

  #meaning(exitCode: number): string {
    const meaning = this.#spec.exit_codes?.[String(exitCode)];
    return meaning === undefined ? '' : `: ${meaning}`;
  }

  #lacks(verb: string, what: string): MinterError {
    return new MinterError(
      'refused',
      `The output of ${verb} in the container ${this.#name} lacks ${what}. Check ${verb} in the manifest.`,
    );
  }
}

async function asMinterErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof DockerError ? new MinterError(cause.fault, cause.message, { cause }) : cause;
  }
}
