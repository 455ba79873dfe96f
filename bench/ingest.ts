import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../server/src/base/clock.ts';
import { createLogger } from '../server/src/base/logger.ts';
import { addUpstream, LocalModel } from '../server/src/models/index.ts';
import { chunksOf } from '../server/src/retrieval/chunking/chunks.ts';
import { median, startSubject } from './load.ts';
import { openRetrieval } from './retrieval-database.ts';
import { addSampleText } from './sample-documents.ts';

// Adding documents to a workspace. With a model that answers at once: the cost of everything else, and the growth of memory.
// With the local model: its throughput through Keyward, from text to committed vectors, against the bare model's, in chunks cut by its
// tokens of prose, tables and Chinese. Bar: 0.9.
const DOCUMENTS = Number(process.argv[2] ?? 1_000);
const REAL_DOCUMENTS = Number(process.argv[3] ?? 12);
const ROUNDS = 3;
const PARAGRAPHS = 10;
const MODEL_MS = 120_000;

/** Of about 900 characters each, so that each is a chunk. */
function textOf(document: number): string {
  const sentence = (at: number) =>
    `Sentence ${at} of document ${document} tells of turnips, tides and timetables.`;
  return Array.from({ length: PARAGRAPHS }, (_, paragraph) =>
    Array.from({ length: 13 }, (_, at) => sentence(paragraph * 13 + at)).join(' '),
  ).join('\n\n');
}

/** Text of kinds that have many tokens, and of the kind that has few. */
function textOfKind(document: number): string {
  if (document % 3 === 0) return textOf(document);
  if (document % 3 === 1)
    return `第${document}号文件规定员工应当按时完成各项工作，并且每周提交报告。`.repeat(60);
  const row = (at: number): string => `A-${document}-${at},turnip ${at},${at * 7}.50,${at % 90},Linz`;
  return `article,name,price,pieces,place\n${Array.from({ length: 80 }, (_, at) => row(at)).join('\n')}`;
}

const METADATA = { title: 'sample.txt', published: '1/1/2026, 12:00:00 AM' };

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function ingestMany(): Promise<void> {
  const upstream = await startSubject('upstream', 'upstream-server.ts', { measured: false });
  const opened = await openRetrieval();
  const { retrieval, models, storage, settings } = opened;
  const base_url = `${upstream.ready['url'] ?? ''}/v1`;
  await addUpstream(models, { name: 'bench', base_url, models: ['bench-embedding'] }, { kind: 'cli' });
  await storage.transaction((tx) => settings.set(tx, { EmbeddingModelPref: { value: 'bench-embedding' } }));
  const locations: string[] = [];
  for (let at = 0; at < DOCUMENTS; at++) locations.push(await addSampleText(opened, `d${at}`, textOf(at)));
  let done = 0;
  const seen: number[] = [];
  const startedMs = performance.now();
  const { failed } = await retrieval.attach(1, locations, {
    onProgress: () => {
      done++;
      if (done % Math.ceil(DOCUMENTS / 4) !== 0) return;
      seen.push(process.memoryUsage.rss());
      say(`  ${done} of ${DOCUMENTS} documents, ${mebibytes(seen.at(-1) ?? 0)}`);
    },
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  const chunks = await retrieval.count();
  say(
    `ingest: ${DOCUMENTS - failed.length} documents, ${chunks} chunks in ${seconds.toFixed(1)} s (${(chunks / seconds).toFixed(0)} a second); ` +
      `memory from the first quarter to the last ${mebibytes((seen.at(-1) ?? 0) - (seen[0] ?? 0))} more`,
  );
  await opened.close();
  await upstream.stop();
}

async function startLocalModel(): Promise<LocalModel> {
  const logger = await createLogger('silent');
  const modelsDir = join(homedir(), '.cache/keyward/models');
  const localModel = new LocalModel({ clock: systemClock, logger, modelsDir, environment: process.env });
  localModel.start();
  const startedMs = performance.now();
  while (!localModel.state().models.includes('all-minilm-l6-v2')) {
    if (performance.now() - startedMs > MODEL_MS) throw new Error('the local model does not come up');
    await sleep(100);
  }
  return localModel;
}

/** Chunks a second, all texts in one request to the process of the model. */
async function bareSpeed({ target }: LocalModel, texts: readonly string[]): Promise<number> {
  const headers = { 'content-type': 'application/json', ...target.headersFor('/embeddings') };
  const body = JSON.stringify({ model: 'all-minilm-l6-v2', input: texts, encoding_format: 'base64' });
  const startedMs = performance.now();
  const response = await fetch(`${target.origin}${target.basePath}/embeddings`, {
    method: 'POST',
    headers,
    body,
  });
  if (!response.ok) throw new Error(await response.text());
  await response.arrayBuffer();
  return texts.length / ((performance.now() - startedMs) / 1_000);
}

async function ingestWithLocalModel(): Promise<void> {
  const localModel = await startLocalModel();
  const opened = await openRetrieval(localModel);
  const rule = { size: 1_000, overlap: 20 };
  const count = await opened.models.localTokens('all-minilm-l6-v2');
  if (count === undefined) throw new Error('the local model does not count tokens');
  const options = { rule, metadata: METADATA, meter: { count } };
  const through: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const texts = Array.from({ length: REAL_DOCUMENTS }, (_, at) => textOfKind(round * REAL_DOCUMENTS + at));
    const locations: string[] = [];
    for (const text of texts) locations.push(await addSampleText(opened, 'd', text));
    const chunks: string[] = [];
    for (const text of texts) chunks.push(...(await chunksOf(text, options)));
    bare.push(await bareSpeed(localModel, chunks));
    const startedMs = performance.now();
    const { failed } = await opened.retrieval.attach(1, locations);
    if (failed.length > 0) throw new Error(failed[0]?.error);
    through.push(chunks.length / ((performance.now() - startedMs) / 1_000));
  }
  const ratio = median(through.map((speed, round) => speed / (bare[round] ?? 1)));
  say(
    `embedding: keyward ${median(through).toFixed(1)} chunks a second, the bare local model ${median(bare).toFixed(1)}: ${ratio.toFixed(2)} of it`,
  );
  await opened.close();
  await localModel.stop();
}

await ingestMany();
await ingestWithLocalModel();
