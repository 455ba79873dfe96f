import type { Part, Services } from './services.ts';

/** Checks each part that requests need, and the local model, which is optional. */
export function readinessOf({
  storage,
  nodes,
  localModel,
}: Pick<Services, 'storage' | 'nodes' | 'localModel'>): () => Promise<Record<string, Part>> {
  return async () => {
    const parts: Record<string, Part> = { storage: await storagePart(storage) };
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

async function storagePart(storage: Services['storage']): Promise<Part> {
  try {
    await storage.checkWritable();
    return { ok: true, detail: `${storage.dialect} is writable` };
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  }
}
