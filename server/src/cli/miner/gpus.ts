import { execFile } from 'node:child_process';
import type { Config } from '../../config.ts';

export interface Gpu {
  name: string;
  memory_mb: number;
  cuda?: string;
}

export interface GpuReport {
  gpus: Gpu[];
  /** What was found, or why nothing was, in words. */
  words: string;
}

const PROGRAM = 'nvidia-smi';
const TIMEOUT_MS = 20_000;
const QUERY = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];

/** The GPUs of this machine, as nvidia-smi reports them. */
export async function findGpus({ environment }: Pick<Config, 'environment'>): Promise<GpuReport> {
  // It needs no key.
  const env = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^KEYWARD_|_KEYS?$/.test(name)),
  );
  const listed = await ask(QUERY, env);
  if ('reason' in listed) return { gpus: [], words: `No GPU: ${listed.reason}. Jobs run on the processor.` };
  const summary = await ask([], env);
  const cuda = 'text' in summary ? /CUDA Version:\s*([\d.]+)/.exec(summary.text)?.[1] : undefined;
  const gpus = listed.text.split('\n').flatMap((line) => gpuIn(line, cuda));
  if (gpus.length === 0) return { gpus, words: `No GPU: ${PROGRAM} lists none. Jobs run on the processor.` };
  const names = gpus.map(({ name, memory_mb: mb }) => `${name} with ${mb} MiB`).join(', ');
  return { gpus, words: `GPUs: ${names}${cuda === undefined ? '' : `; CUDA ${cuda}`}.` };
}

/** A line such as `NVIDIA H200, 143771`. The memory of some is `[N/A]`, as they share that of the machine. */
function gpuIn(line: string, cuda: string | undefined): Gpu[] {
  const [, name, memory] = /^(.+),\s*(\d+|\[.*\])\s*$/.exec(line) ?? [];
  if (name === undefined) return [];
  const memory_mb = Number(memory);
  return [
    {
      name: name.trim().slice(0, 200),
      memory_mb: Number.isFinite(memory_mb) ? memory_mb : 0,
      ...(cuda !== undefined && { cuda }),
    },
  ];
}

function ask(
  args: readonly string[],
  env: Config['environment'],
): Promise<{ text: string } | { reason: string }> {
  return new Promise((resolve) => {
    execFile(PROGRAM, args, { timeout: TIMEOUT_MS, env }, (error, stdout, stderr) => {
      if (error === null) return resolve({ text: stdout });
      if (error.code === 'ENOENT') return resolve({ reason: `${PROGRAM} is not installed` });
      const said = `${stdout}${stderr}`.trim().split('\n')[0] ?? '';
      resolve({ reason: `${PROGRAM} failed${said === '' ? '' : `: ${said.slice(0, 200)}`}` });
    });
  });
}
