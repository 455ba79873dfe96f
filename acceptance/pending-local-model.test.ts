import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { newHome, type Home, type Server } from './server.ts';

const PATIENCE_MS = 60_000;

interface Waits {
  status: string;
  reason: string;
}

/** Documents that are added while the real local model starts. */
describe('documents that are added while the local model starts', { timeout: 3 * PATIENCE_MS }, () => {
  let home: Home;
  beforeAll(async () => {
    home = await newHome({ localModel: true });
  }, PATIENCE_MS);

  const note = (server: Server, title: string, textContent: string) =>
    server.ask<{ error: string | null }>('POST', '/api/v1/document/raw-text', {
      body: { textContent, metadata: { title }, addToWorkspaces: 'coast' },
    });
  const found = async (server: Server, query: string): Promise<string[]> => {
    const { results } = await server.ask<{ results: { metadata: { title: string } }[] }>(
      'POST',
      '/api/v1/workspace/coast/vector-search',
      { body: { query, topN: 1 } },
    );
    return results.map(({ metadata }) => metadata.title);
  };
  const waiting = async (server: Server): Promise<Waits[]> => {
    const { workspace } = await server.ask<{ workspace: { documents: { notEmbedded?: Waits }[] }[] }>(
      'GET',
      '/api/v1/workspace/coast',
    );
    return workspace[0]?.documents.flatMap(({ notEmbedded }) => notEmbedded ?? []) ?? [];
  };

  test('A document that waited for the model at kill -9 is embedded after the next start, and one that is added in its first second is there with the answer', async () => {
    const server = await home.serve();
    await server.ask('POST', '/api/v1/workspace/new', { body: { name: 'Coast' } });
    const cutOff = note(server, 'Seal', 'Seals sleep on the rocks of Varnholm.').catch(() => undefined);
    await expect
      .poll(() => waiting(server), { timeout: PATIENCE_MS, interval: 10 })
      .toMatchObject([
        {
          status: 'pending',
          reason: expect.stringMatching(/^The local model is (starting|loading)\.$/) as string,
        },
      ]);
    await server.kill();
    await cutOff;
    const next = await home.serve();
    // In the first second of this start: they are answered when their documents can be found.
    const uploaded = note(next, 'Lighthouse', 'The lighthouse Solvakt was lit in 1887.');
    writeFileSync(join(home.folder, 'ferry.txt'), 'The ferry Havsvalan leaves at nine.');
    const environment = { KEYWARD_URL: next.url, KEYWARD_API_KEY: home.adminKey };
    const command = ['documents', 'add', 'ferry.txt', '--workspace', 'coast', '--output', 'json'];
    const { stdout } = await home.keyward(command, { environment });
    expect(JSON.parse(stdout)).toMatchObject({ added: 1, pending: 0, failed: 0 });
    expect(await uploaded).toMatchObject({ error: null });
    expect(await found(next, 'When was the lighthouse lit?')).toEqual(['lighthouse.txt']);
    expect(await found(next, 'When does the ferry leave?')).toEqual(['ferry.txt']);
    await expect.poll(() => waiting(next), { timeout: PATIENCE_MS, interval: 200 }).toEqual([]);
    expect(await found(next, 'Where do seals sleep?')).toEqual(['seal.txt']);
  });
});
