import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openRetrieval } from './retrieval-database.ts';
import { addSampleDocuments } from './sample-documents.ts';
import { SampleVectors } from './sample-vectors.ts';

// A search over many chunks, from the question's vector to passages with their texts, against usearch alone, without texts.
// Bars: within twice its time, at least 0.99 of the true ten nearest.
const COUNT = Number(process.argv[2] ?? 100_000);
const shape = { count: COUNT, dimensions: 384, clusters: 2_000, questions: 300, wanted: 10 };
const COLLECTION = 1;
const MODEL = 'all-minilm-l6-v2';
const WARM_UP = 50;

const opened = await openRetrieval();
const { retrieval } = opened;
const samples = new SampleVectors(shape.dimensions, shape.clusters);
const chunkIds = await addSampleDocuments(opened, {
  collectionId: COLLECTION,
  model: MODEL,
  count: COUNT,
  samples,
});
const questions = Array.from({ length: shape.questions }, () => samples.next());

const search = (vector: Float32Array) =>
  retrieval.searchByVector({
    collectionId: COLLECTION,
    model: MODEL,
    vector,
    query: '',
    topN: shape.wanted,
    threshold: 0,
  });
const timed = async (vector: Float32Array) => {
  const startedMs = performance.now();
  const hits = await search(vector);
  return { ms: performance.now() - startedMs, hits };
};

const loading = await timed(questions[0] ?? new Float32Array());
const exact = await timed(questions[1] ?? new Float32Array());
const startedMs = performance.now();
for (;;) {
  const [held] = (await retrieval.indexStatus()).held;
  if (COUNT <= 50_000 || held?.graphed === COUNT) break;
  await sleep(500);
}
const buildMs = performance.now() - startedMs;
for (const vector of questions.slice(0, WARM_UP)) await search(vector);
const answers = [];
for (const vector of questions) answers.push(await timed(vector));
const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
const medianMs = times[Math.floor(times.length / 2)] ?? 0;
await opened.close();

const program = new URL('bare-usearch.ts', import.meta.url).pathname;
const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(shape)], {
  maxBuffer: 64 * 1024 * 1024,
});
const bare = JSON.parse(stdout) as { medianMs: number; recall: number; buildMs: number; truths: number[][] };
const found = answers.reduce((sum, { hits }, at) => {
  const truth = new Set((bare.truths[at] ?? []).map((row) => chunkIds[row]));
  return sum + hits.filter(({ id }) => truth.has(id)).length;
}, 0);
const recall = found / (questions.length * shape.wanted);
const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
process.stdout.write(
  `vectors: ${COUNT} chunks of ${shape.dimensions}: keyward ${medianMs.toFixed(2)} ms (recall ${recall.toFixed(3)}), ` +
    `usearch alone ${bare.medianMs.toFixed(2)} ms (recall ${bare.recall.toFixed(3)}): ${(medianMs / bare.medianMs).toFixed(2)} times\n` +
    `  loaded from the database in ${seconds(loading.ms)} s, then searched exactly in ${exact.ms.toFixed(1)} ms while the graph was ` +
    `built in ${seconds(buildMs)} s (usearch alone: ${seconds(bare.buildMs)} s)\n`,
);
