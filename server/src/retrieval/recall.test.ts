import { homedir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { systemClock } from '../base/clock.ts';
import { LocalModel, SERVERS_OWN } from '../models/index.ts';
import { KIND_DOCUMENTS, KIND_QUESTIONS, WORKBOOK, WORKBOOK_QUESTIONS } from './recall-kinds.fixture.ts';
import { SCRIPT_DOCUMENTS, SCRIPT_QUESTIONS } from './recall-scripts.fixture.ts';
import { DOCUMENTS, QUESTIONS } from './recall.fixture.ts';
import { openRetrieval, type TestRetrieval } from './retrieval.fixture.ts';
import type { SearchMode } from './index.ts';
import { knownDimensions } from './embedding/recipe.ts';

const WORKSPACE = 1;
const RECALL_LEAST = 0.95;
const WEIGHTS = join(homedir(), '.cache/keyward/models');
const MODEL_MS = 120_000;

const localModel = new LocalModel({
  clock: systemClock,
  logger: pino({ level: 'silent' }),
  modelsDir: WEIGHTS,
  environment: process.env,
});
beforeAll(() => localModel.start());
afterAll(() => localModel.stop());

const ALL_DOCUMENTS = { ...DOCUMENTS, ...SCRIPT_DOCUMENTS, ...KIND_DOCUMENTS };
const ALL_QUESTIONS = [...QUESTIONS, ...SCRIPT_QUESTIONS, ...KIND_QUESTIONS];

/** By the place of a question. */
function kindOf(at: number): 'prose' | 'scripts' | 'kinds' {
  if (at < QUESTIONS.length) return 'prose';
  return at < QUESTIONS.length + SCRIPT_QUESTIONS.length ? 'scripts' : 'kinds';
}

/** `make test-slow` asks pgvector too; that its searches find the same: modes.test.ts, pgvector-search.test.ts. */
const DATABASES =
  process.env['KEYWARD_SLOW'] === '1' ? (['sqlite', 'pgvector'] as const) : (['sqlite'] as const);

for (const database of DATABASES) {
  describeOn(database, 'the local embedding model', (open) => {
    const ready = async (): Promise<TestRetrieval> => {
      const opened = await openRetrieval(await open(), {}, localModel);
      await opened.set('model', null);
      const model = await opened.retrieval.model();
      await expect.poll(() => localModel.state().models, { timeout: MODEL_MS }).toContain(model);
      return opened;
    };
    const attach = async (opened: TestRetrieval, documents: Record<string, string>): Promise<void> => {
      const locations: string[] = [];
      for (const [title, text] of Object.entries(documents))
        locations.push(await opened.document(title, text, { title }));
      expect((await opened.retrieval.attach(WORKSPACE, locations)).failed).toEqual([]);
    };

    test(
      'The passage with the answer is among the first four in all modes: prose, tables, code, logs, Chinese, Japanese, Korean',
      { timeout: MODEL_MS * 2 },
      async () => {
        const opened = await ready();
        const { retrieval } = opened;
        await attach(opened, ALL_DOCUMENTS);
        const model = await retrieval.model();
        expect(await knownDimensions(opened.storage.db, model)).toBe(384);
        const questions = ALL_QUESTIONS.map(([question]) => question);
        const { vectors } = await retrieval.embed(questions, { account: SERVERS_OWN });
        const isFound = async (at: number, mode: SearchMode): Promise<boolean> => {
          const [query = '', wanted = ''] = ALL_QUESTIONS[at] ?? [];
          const vector = vectors[at] ?? new Float32Array();
          const request = { collectionId: WORKSPACE, query, model, vector, topN: 4, threshold: 0, mode };
          const hits = await retrieval.searchByVector(request);
          return hits.some(({ metadata }) => metadata.title === wanted);
        };
        for (const mode of ['default', 'hybrid', 'rerank'] as const) {
          const missed = { prose: 0, scripts: 0, kinds: 0 };
          for (const at of ALL_QUESTIONS.keys()) if (!(await isFound(at, mode))) missed[kindOf(at)]++;
          const all = missed.prose + missed.scripts + missed.kinds;
          expect(1 - all / ALL_QUESTIONS.length).toBeGreaterThanOrEqual(RECALL_LEAST);
          expect(missed.scripts / SCRIPT_QUESTIONS.length).toBeLessThan(0.1);
          expect(missed.kinds / KIND_QUESTIONS.length).toBeLessThan(0.1);
        }
        const titles = async (query: string, topN: number): Promise<string[]> => {
          const request = { collectionId: WORKSPACE, query, topN, threshold: 0.25, mode: 'hybrid' as const };
          return (await retrieval.search(request)).map(({ metadata }) => metadata.title);
        };
        expect(await titles('KX-77120', 1)).toEqual(['printing']);
        expect(await titles('Since when do we buy from Rohrwerk?', 4)).toContain('price list.csv');
      },
    );

    test(
      'The sheet of each row of a workbook is found, and by words the row with its sheet and the names of its columns',
      { timeout: MODEL_MS },
      async () => {
        const opened = await ready();
        await attach(opened, { ...DOCUMENTS, 'tools.xlsx': WORKBOOK });
        const { retrieval } = opened;
        const model = await retrieval.model();
        const questions = WORKBOOK_QUESTIONS.map(([question]) => question);
        const { vectors } = await retrieval.embed(questions, { account: SERVERS_OWN });
        const missed: string[] = [];
        for (const mode of ['default', 'hybrid'] as const)
          for (const [at, [query, columns, answer]] of WORKBOOK_QUESTIONS.entries()) {
            const vector = vectors[at] ?? new Float32Array();
            const request = { collectionId: WORKSPACE, query, model, vector, topN: 4, threshold: 0, mode };
            const hits = await retrieval.searchByVector(request);
            const row = mode === 'hybrid' ? answer : '';
            const isFound = hits.some(({ text }) => text.includes(columns) && text.includes(row));
            if (!isFound) missed.push(`${mode}: ${query}`);
          }
        expect(missed).toEqual([]);
      },
    );

    test(
      'Documents that differ in their ends alone are found by their ends',
      { timeout: MODEL_MS },
      async () => {
        const opened = await ready();
        const texts = ENDS.map(([beginning, end]) => beginning + end);
        await attach(opened, Object.fromEntries(texts.map((text, at) => [`document ${at}`, text])));
        for (const [at, [, query]] of ENDS.entries()) {
          const request = { collectionId: WORKSPACE, query, topN: 1, threshold: 0 };
          const [hit] = await opened.retrieval.search(request);
          expect(hit?.metadata.title).toBe(`document ${at}`);
          expect(hit?.text).toContain(query.trim());
        }
      },
    );
  });
}

const CHINESE = '公司全体员工应当遵守本办法的规定并且按时完成各项工作'.repeat(36);
const CODE = Array.from({ length: 45 }, (_, at) => `x[${at}]+=f(${at});`).join('\n');
const LETTERS = 'q0Xz9'.repeat(180);
/** Pairs of 900 equal characters with different ends. */
const ENDS: [beginning: string, end: string][] = [
  [CHINESE, '烟花爆竹严禁燃放'],
  [CHINESE, '游泳池每周三换水'],
  [CODE, '\nlaunch_rocket(mars)'],
  [CODE, '\nbake_bread(oven)'],
  [LETTERS, 'zebraumbrella'],
  [LETTERS, 'volcanopencil'],
];
