import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../../base/is-object.ts';
import type { Container } from './container.ts';
import { DockerError, type DockerEngine } from './engine.ts';

const OUTPUT_MAX_BYTES = 1024 * 1024;
const POLL_MS = 50;
const HEADER_BYTES = 8;
const STDOUT = 1;

/**
 * A command in a container. Arguments are shown by `docker events` and `ps`: they never hold a secret. An engine in debug
 * mode logs variables; stdin is in no record of it.
 */
export interface ContainerCommand {
  argv: readonly string[];
  stdin?: string;
  env?: Readonly<Record<string, string>>;
  user?: string;
  workdir?: string;
  timeoutMs: number;
}

export interface CommandResult {
  exitCode: number;
  stdout: string;
}

interface ExecState {
  Running: boolean;
  ExitCode: number | null;
  ProcessConfig?: { entrypoint?: string; arguments?: string[] | null };
}

/**
 * Runs a command to its end. A command goes on when nobody listens any more: after an error from here it may still have
 * its effect.
 * @throws DockerError `unavailable` where it did not end in time, or printed more than 1 MiB
 */
export async function runInContainer(
  engine: DockerEngine,
  container: Container,
  command: ContainerCommand,
): Promise<CommandResult> {
  const endMs = performance.now() + command.timeoutMs;
  const id = await create(engine, container, command);
  const late = (): DockerError =>
    new DockerError(
      'unavailable',
      `The command ${command.argv[0] ?? ''} in the container ${container.name} did not end within ${command.timeoutMs / 1000} s. What it has done is not known.`,
    );
  const stdout = await output(engine, id, { command, late });
  for (;;) {
    const state = await inspect(engine, id);
    if (state !== undefined && !state.Running && typeof state.ExitCode === 'number')
      return { exitCode: state.ExitCode, stdout };
    if (performance.now() > endMs) throw late();
    await sleep(POLL_MS);
  }
}

/** The commands that run in a container now, as far as the engine, or a proxy before it, shows them. */
export async function runningCommands(engine: DockerEngine, { execIds }: Container): Promise<string[][]> {
  const commands: string[][] = [];
  for (const id of execIds) {
    const state = await inspect(engine, id).catch((error: unknown) => {
      // A proxy shows those only that went through it, which an own one did.
      if (error instanceof DockerError && error.fault === 'refused') return undefined;
      throw error;
    });
    const { entrypoint = '', arguments: rest } = state?.ProcessConfig ?? {};
    if (state?.Running === true) commands.push([entrypoint, ...(rest ?? [])]);
  }
  return commands;
}

async function create(
  engine: DockerEngine,
  { name }: Container,
  { argv, stdin, env = {}, user, workdir }: ContainerCommand,
): Promise<string> {
  // By name: a socket proxy that allows some containers knows them by it.
  const path = `/containers/${name}/exec`;
  const answer = await engine.call('POST', path, {
    body: {
      AttachStdin: stdin !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      Cmd: argv,
      Env: Object.entries(env).map(([variable, value]) => `${variable}=${value}`),
      ...(user === undefined ? {} : { User: user }),
      ...(workdir === undefined ? {} : { WorkingDir: workdir }),
    },
  });
  if (answer.status === 201 && isObject(answer.body) && typeof answer.body['Id'] === 'string')
    return answer.body['Id'];
  throw engine.unexpected('POST', path, answer);
}

/** What it prints to stdout; stderr is read and dropped. */
async function output(
  engine: DockerEngine,
  id: string,
  { command: { stdin, timeoutMs }, late }: { command: ContainerCommand; late: () => DockerError },
): Promise<string> {
  const socket = await engine.hijack(`/exec/${id}/start`, { Detach: false, Tty: false });
  const timer = setTimeout(() => socket.destroy(late()), timeoutMs);
  try {
    // Some proxies end both ways when one ends: only a command that reads stdin needs its end.
    if (stdin !== undefined) socket.end(stdin);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const frame of framesOf(socket)) {
      bytes += frame.bytes.length;
      if (bytes > OUTPUT_MAX_BYTES)
        throw new DockerError('unavailable', 'A command in a container printed more than 1 MiB.');
      if (frame.stream === STDOUT) chunks.push(frame.bytes);
    }
    return Buffer.concat(chunks).toString();
  } catch (cause) {
    if (cause instanceof DockerError) throw cause;
    throw new DockerError(
      'unavailable',
      'The connection to a command in a container broke. What it has done is not known.',
      { cause },
    );
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** The frames of a stream without a terminal: 8 bytes of header (stream, 3 zeros, length), then the bytes. */
async function* framesOf(
  source: AsyncIterable<Buffer>,
): AsyncGenerator<{ stream: number | undefined; bytes: Buffer }> {
  let rest = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(4);
      if (end > HEADER_BYTES + OUTPUT_MAX_BYTES) throw new Error('A frame has more than 1 MiB.');
      if (rest.length < end) break;
      yield { stream: rest[0], bytes: rest.subarray(HEADER_BYTES, end) };
      rest = rest.subarray(end);
    }
  }
  if (rest.length > 0) throw new Error('The last frame is not whole.');
}

/** @returns undefined: the engine has forgotten it. */
async function inspect(engine: DockerEngine, id: string): Promise<ExecState | undefined> {
  const path = `/exec/${id}/json`;
  const answer = await engine.call('GET', path);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200 || !isObject(answer.body)) throw engine.unexpected('GET', path, answer);
  return answer.body as unknown as ExecState;
}
