import { homedir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { systemClock } from '../base/clock.ts';
import { LocalModel } from '../models/index.ts';
import { DOCUMENTS, QUESTIONS } from './recall.fixture.ts';
import { openRetrieval } from './retrieval.fixture.ts';
import type { SearchMode } from './index.ts';
import { knownDimensions } from './embedding/recipe.ts';

const WORKSPACE = 1;
const RECALL_LEAST = 0.9;
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

for (const database of ['sqlite', 'pgvector'] as const) {
  describeOn(database, 'the local embedding model', (open) => {
    test(
      'The passage with the answer is among the first four, in all modes',
      { timeout: MODEL_MS * 2 },
      async () => {
        const opened = await openRetrieval(await open(), {}, localModel);
        await opened.set('model', null);
        await expect
          .poll(() => localModel.state().models, { timeout: MODEL_MS })
          .toContain(await opened.retrieval.model());
        const locations: string[] = [];
        for (const [title, text] of Object.entries(DOCUMENTS))
          locations.push(await opened.document(title, text, { title }));
        expect((await opened.retrieval.attach(WORKSPACE, locations)).failed).toEqual([]);
        expect(await knownDimensions(opened.storage.db, await opened.retrieval.model())).toBe(384);
        const recall = async (mode: SearchMode): Promise<number> => {
          let found = 0;
          for (const [query, wanted] of QUESTIONS) {
            const request = { collectionId: WORKSPACE, query, topN: 4, threshold: 0, mode };
            const hits = await opened.retrieval.search(request);
            if (hits.some(({ metadata }) => metadata.title === wanted)) found++;
          }
          return found / QUESTIONS.length;
        };
        const reached = {
          default: await recall('default'),
          hybrid: await recall('hybrid'),
          rerank: await recall('rerank'),
        };
        for (const value of Object.values(reached)) expect(value).toBeGreaterThanOrEqual(RECALL_LEAST);
        const byNumber = await opened.retrieval.search({
          collectionId: WORKSPACE,
          query: 'KX-77120',
          topN: 1,
          threshold: 0.25,
          mode: 'hybrid',
        });
        expect(byNumber.map(({ metadata }) => metadata.title)).toEqual(['printing']);
      },
    );
  });
}
