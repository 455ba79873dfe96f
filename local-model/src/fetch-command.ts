import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchWeight } from './fetch.ts';
import { ALL_WEIGHTS, CHAT_WEIGHT, OWN_CHAT_FILE, isPresent, type Weight } from './weights.ts';

const BAR_WIDTH = 30;

/**
 * Fetches the missing weights (but no chat model where the user has put one), with progress on stderr: a bar on a
 * terminal, else a line for each tenth. Returns the exit code: 1 when a weight could not be fetched.
 */
export async function runFetch(
  modelsDir: string,
  stderr: NodeJS.WriteStream = process.stderr,
): Promise<number> {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort());
  let code = 0;
  const ownChat = await stat(join(modelsDir, OWN_CHAT_FILE)).catch(() => undefined);
  for (const weight of ALL_WEIGHTS) {
    if (weight === CHAT_WEIGHT && ownChat) continue;
    if (await isPresent(modelsDir, weight)) {
      stderr.write(`${weight.label}: already there\n`);
      continue;
    }
    const onProgress = stderr.isTTY ? drawBar(weight, stderr) : writeTenths(weight, stderr);
    try {
      const failure = await fetchWeight(modelsDir, weight, { signal: abort.signal, onProgress });
      stderr.write(failure ? `${failure.reason}\n  ${failure.hint}\n` : `${weight.label}: done\n`);
      if (failure) code = 1;
    } catch {
      stderr.write('stopped\n');
      return 1;
    }
  }
  return code;
}

function drawBar(weight: Weight, stderr: NodeJS.WriteStream): (received: number) => void {
  return (received) => {
    const share = received / weight.wheelBytes;
    const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
    stderr.write(`\r${weight.label} [${bar}] ${Math.round(share * 100)} %${share >= 1 ? '\n' : ''}`);
  };
}

function writeTenths(weight: Weight, stderr: NodeJS.WriteStream): (received: number) => void {
  let written = -1;
  return (received) => {
    const tenth = Math.floor((received / weight.wheelBytes) * 10);
    if (tenth <= written) return;
    written = tenth;
    stderr.write(`${weight.label}: ${tenth * 10} %\n`);
  };
}
