import { sharedCheck } from './shared-check.ts';
import type { Part, Services } from './services.ts';

interface Checked extends Pick<Services, 'storage' | 'nodes' | 'localModel'> {
  isStopping: () => boolean;
}

/** Checks each part that requests need, and the local model, which is optional. */
export function readinessOf({
  storage,
  nodes,
  localModel,
  isStopping,
}: Checked): () => Promise<Record<string, Part>> {
  const storagePart = sharedCheck(() => checkStorage(storage), {
    ok: false,
    detail: 'the database has not answered in time',
  });
  return async () => {
    // Proxies look for another server, and must not wait for the database to learn it.
    if (isStopping()) return { server: { ok: false, detail: 'stopping: it will soon refuse connections' } };
    const parts: Record<string, Part> = { storage: await storagePart() };
    parts.lease = nodes.leaseHolds()
      ? { ok: true, detail: 'held' }
      : { ok: true, detail: 'not held: this process looks keys up in the database' };
    if (localModel !== undefined) {
      const { status, reason, hint } = localModel.state();
      const detail = [status, reason, hint].filter((text) => text !== null).join(': ');
      parts.local_model = { ok: status === 'ready', detail };
    }
    return parts;
  };
}

async function checkStorage(storage: Services['storage']): Promise<Part> {
  try {
    await storage.checkWritable();
    return { ok: true, detail: `${storage.dialect} is writable` };
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  }
}
