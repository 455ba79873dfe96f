import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isAlive } from '../../base/process-alive.ts';
import type { ContainerSpec } from '../docker/container-spec.ts';
import { findContainer, restartContainer, signalContainer } from '../docker/container.ts';
import { DockerEngine, DockerError } from '../docker/engine.ts';
import type { ConsumerSpec } from './consumer-spec.ts';

type SignalSpec = NonNullable<ConsumerSpec['signal']>;

/** What does not run needs no signal: it reads the value when it starts. @returns the problem */
export function sendSignal(
  { pid_file, signal = 'HUP', ...container }: SignalSpec,
  folder: string,
): Promise<string | undefined> {
  return pid_file === undefined
    ? onEngine(container, async (engine) => {
        const { isStopped } = await findContainer(engine, container);
        if (!isStopped) await signalContainer(engine, container, `SIG${signal}`);
      })
    : signalProcess(pid_file, { signal, folder });
}

/** @returns the problem */
export const restart = (container: ContainerSpec): Promise<string | undefined> =>
  onEngine(container, (engine) => restartContainer(engine, container));

async function onEngine(
  { docker }: ContainerSpec,
  work: (engine: DockerEngine) => Promise<void>,
): Promise<string | undefined> {
  const engine = new DockerEngine(docker);
  try {
    await work(engine);
    return undefined;
  } catch (error) {
    if (error instanceof DockerError) return error.message;
    throw error;
  } finally {
    await engine.stop();
  }
}

async function signalProcess(
  pidFile: string,
  { signal, folder }: { signal: string; folder: string },
): Promise<string | undefined> {
  const content = await readFile(resolve(folder, pidFile), 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? undefined : Promise.reject(error),
  );
  if (content === undefined) return undefined;
  const pid = Number(content.trim());
  if (!Number.isSafeInteger(pid) || pid < 2) return `${pidFile} must hold the number of a process`;
  if (!isAlive(pid)) return undefined;
  try {
    process.kill(pid, `SIG${signal}`);
    return undefined;
  } catch (error) {
    return `process ${pid} of ${pidFile} cannot be signalled (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
  }
}
