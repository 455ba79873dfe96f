import { expect, test } from 'vitest';
import { impossible, type Candidate, type Capabilities, type Spec } from './spec.ts';

const worker = (
  capabilities: Partial<Capabilities>,
  more: Partial<Omit<Candidate, 'capabilities'>> = {},
): Candidate => ({
  id: 'wrk_1',
  name: 'one',
  ownerId: 'own_1',
  region: null,
  priceNano: null,
  missingModels: [],
  ...more,
  capabilities: { gpus: [], models: [], labels: {}, types: ['inference'], ...capabilities },
});
const job = (spec: Partial<Spec>): Spec => ({ type: 'inference', models: [], ...spec });
const rtx = (name: string, gb: number) => ({ gpus: [{ name, memory_mb: gb * 1_024 }] });

test.for<[string, Spec, Candidate[], string[]]>([
  [
    'a model that nobody has, where another worker takes other types only',
    job({ models: ['gemma'] }),
    [worker({ models: [{ name: 'qwen' }] }), worker({ types: ['render'] })],
    ['model'],
  ],
  [
    'the memory, where a worker elsewhere has the GPU with less',
    job({ gpu: '4090', min_vram_gb: 48, region: 'eu' }),
    [worker(rtx('RTX 4090', 24), { region: 'us' }), worker({}, { region: 'eu' })],
    ['vram'],
  ],
  [
    'all of them, where each is met by another worker',
    job({ gpu: '4090', region: 'eu' }),
    [worker(rtx('RTX 4090', 24), { region: 'us' }), worker({}, { region: 'eu' })],
    ['region', 'gpu'],
  ],
  [
    'the owner, where its key excludes all',
    job({ keys_workers: { allow: ['own_2'], deny: [] } }),
    [worker({})],
    ['owner'],
  ],
  [
    'nothing, where a worker can do it',
    job({ region: 'eu' }),
    [worker({}), worker({}, { region: 'eu' })],
    [],
  ],
])('a job that nobody can do names %s', ([, spec, workers, names]) => {
  expect(impossible(spec, workers)).toEqual(names);
});
