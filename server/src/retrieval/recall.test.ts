import { homedir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { expect, test } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { systemClock } from '../base/clock.ts';
import { LocalModel } from '../models/index.ts';
import { DOCUMENTS, QUESTIONS } from './recall.fixture.ts';
import { openRetrieval } from './retrieval.fixture.ts';
import type { SearchMode } from './index.ts';

const WORKSPACE = 1;
const RECALL_LEAST = 0.9;
const WEIGHTS = join(homedir(), '.cache/keyward/models');
const MODEL_MS = 120_000;

describeOn('sqlite', 'the local embedding model', (open) => {
  test(
    'finds the passage that answers among the first four, in all modes',
    async () => {
      const logger = pino({ level: 'silent' });
      const localModel = new LocalModel({
        clock: systemClock,
        logger,
        modelsDir: WEIGHTS,
        environment: process.env,
      });
      localModel.start();
      try {
        const opened = await openRetrieval(await open(), {}, localModel);
        await opened.set('model', null);
        await expect
          .poll(() => localModel.state().models, { timeout: MODEL_MS })
          .toContain(await opened.retrieval.model());
        const locations: string[] = [];
        for (const [title, text] of Object.entries(DOCUMENTS))
          locations.push(await opened.document(title, text, { title }));
        expect((await opened.retrieval.attach(WORKSPACE, locations)).failed).toEqual([]);
        expect(await opened.retrieval.dimensions()).toBe(384);
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
      } finally {
        await localModel.stop();
      }
    },
    MODEL_MS + 60_000,
  );
});
