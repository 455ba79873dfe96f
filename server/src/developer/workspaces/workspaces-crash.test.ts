import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startServerProcess } from '../../../test/server-processes.ts';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';

const WORKERS = 3;

interface Listed {
  id: number;
  slug: string;
  threads: { slug: string }[];
}

/** What was acknowledged before the connection broke. */
interface Acknowledged {
  made: Set<string>;
  threads: Set<string>;
  removed: Set<string>;
}

/** Makes a workspace, a thread in it, and removes every second one, until nobody answers any longer. */
async function work(url: string, key: string, name: string): Promise<Acknowledged> {
  const acknowledged: Acknowledged = { made: new Set(), threads: new Set(), removed: new Set() };
  const ask = async (method: string, path: string, body?: object): Promise<string> => {
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
    return text;
  };
  try {
    for (let n = 0; ; n++) {
      const slug = `${name}-${n}`;
      await ask('POST', '/workspace/new', { name: slug });
      acknowledged.made.add(slug);
      await ask('POST', `/workspace/${slug}/thread/new`, { slug: 't' });
      acknowledged.threads.add(slug);
      if (n % 2 === 1) continue;
      await ask('DELETE', `/workspace/${slug}`);
      acknowledged.removed.add(slug);
    }
  } catch (error) {
    if (error instanceof TypeError) return acknowledged;
    throw error;
  }
}

async function recorded(server: TestServer, action: string): Promise<string[]> {
  const slugs: string[] = [];
  let cursor = '';
  for (;;) {
    const { body } = await server.request<{
      items: { details: { slug: string } }[];
      next_cursor: string | null;
    }>('GET', `/v1/audit?action=${action}&limit=200${cursor}`);
    slugs.push(...body.items.map(({ details }) => details.slug));
    if (body.next_cursor === null) return slugs;
    cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
  }
}

describeOnBothServers('workspaces under kill -9', (start) => {
  test('what was acknowledged is there, what was not is there whole or not at all', async () => {
    const server = await start();
    const { environment, adminKey } = server;
    const process = await startServerProcess({ ...environment, KEYWARD_PORT: '0' });
    const working = Array.from({ length: WORKERS }, (_, i) => work(process.url, adminKey, `w${i}`));
    // However far it comes: nothing below depends on it.
    await sleep(400);
    process.child.kill('SIGKILL');
    const all = await Promise.all(working);

    const { body } = await server.request<{ workspaces: Listed[] }>('GET', '/v1/workspaces');
    const present = new Map(body.workspaces.map((workspace) => [workspace.slug, workspace]));
    for (const { made, threads, removed } of all) {
      for (const slug of removed) expect(present.has(slug)).toBe(false);
      // The last one of each may have been removed without an answer.
      const kept = [...made].filter((slug) => !removed.has(slug) && /[13579]$/.test(slug));
      for (const slug of kept) expect(present.has(slug)).toBe(true);
      for (const slug of kept.filter((name) => threads.has(name)))
        expect(present.get(slug)?.threads).toHaveLength(1);
    }
    const created = await recorded(server, 'workspaces.create');
    const gone = new Set(await recorded(server, 'workspaces.delete'));
    expect(created.filter((slug) => !gone.has(slug)).sort()).toEqual([...present.keys()].sort());
    for (const slug of present.keys()) {
      expect((await server.request('DELETE', `/v1/workspace/${slug}`)).status).toBe(200);
    }
  });
});
