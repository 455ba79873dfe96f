import usearch from 'usearch';
import { SampleVectors } from './sample-vectors.ts';

// usearch alone, set up as in its documentation, in a process of its own and without a database. Prints the median time
// of a search, the share of the true ten nearest that it found, and these.
const { count, dimensions, clusters, questions, wanted } = JSON.parse(process.argv[2] ?? '{}') as Record<
  string,
  number
>;
const size = count ?? 0;
const length = dimensions ?? 0;
const samples = new SampleVectors(length, clusters ?? 0);
const vectors = new Float32Array(size * length);
for (let at = 0; at < size; at++) vectors.set(samples.next(), at * length);
const asked = Array.from({ length: questions ?? 0 }, () => samples.next());

const index = new usearch.Index({
  metric: usearch.MetricKind.Cos,
  dimensions: length,
  connectivity: 16,
  expansion_add: 128,
  expansion_search: 64,
  quantization: usearch.ScalarKind.F32,
  multi: false,
});
const startedMs = performance.now();
const BATCH = 1_000;
for (let at = 0; at < size; at += BATCH) {
  const keys = BigUint64Array.from({ length: Math.min(BATCH, size - at) }, (_, row) => BigInt(at + row));
  index.add(keys, vectors.subarray(at * length, (at + keys.length) * length), 1);
}
const buildMs = performance.now() - startedMs;

const times: number[] = [];
const truths: number[][] = [];
let found = 0;
const top = wanted ?? 0;
for (const question of asked) {
  const beganMs = performance.now();
  const { keys } = index.search(question, top, 1);
  times.push(performance.now() - beganMs);
  const truth = Array.from(
    usearch.exactSearch(vectors, question, length, top, usearch.MetricKind.Cos, 1).keys,
    Number,
  );
  truths.push(truth);
  found += Array.from(keys, Number).filter((key) => truth.includes(key)).length;
}
times.sort((a, b) => a - b);
const medianMs = times[Math.floor(times.length / 2)] ?? 0;
const recall = found / (asked.length * top);
process.stdout.write(`${JSON.stringify({ medianMs, recall, buildMs, truths })}\n`);
