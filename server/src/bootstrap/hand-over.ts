import type { Manifest } from './manifest/manifest.ts';
import { NO_PLACE, shownPlace } from './report.ts';
import { SinkError, type Sink } from './sinks/sink.ts';
import { VaultSink } from './sinks/vault-sink.ts';

/** A value on its way to one receiver. */
export interface HandOver {
  id: string;
  /** The wrapping token: who has it has the value, once. */
  token: string;
  ttl_seconds: number;
  creation_path: string;
  address: string;
  namespace?: string;
}

/** Wraps the stored value of a key, by which one receiver gets it once. @throws SinkError */
export async function handOver(
  { manifest, sinks }: { manifest: Manifest; sinks: ReadonlyMap<string, Sink> },
  id: string,
  ttlSeconds: number,
): Promise<HandOver> {
  const [place = NO_PLACE] = manifest.keys[id]?.store ?? [];
  const sink = sinks.get(place.sink);
  if (!(sink instanceof VaultSink))
    throw new SinkError(
      'refused',
      `${id} lies in ${shownPlace(place)}. Only a value whose first place is in a sink of the type vault can be handed over.`,
    );
  const {
    token,
    ttlSeconds: ttl_seconds,
    creationPath: creation_path,
    address,
  } = await sink.wrap(place, ttlSeconds);
  const spec = manifest.sinks[place.sink];
  const namespace = spec?.type === 'vault' ? spec.namespace : undefined;
  return {
    id,
    token,
    ttl_seconds,
    creation_path,
    address,
    ...(namespace === undefined ? {} : { namespace }),
  };
}
