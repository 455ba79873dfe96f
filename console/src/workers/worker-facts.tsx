import { ActorName } from '../keys/key/actor-name.tsx';
import { Facts } from '../page/facts.tsx';
import { Time } from '../page/time.tsx';
import { labelsIn } from './capabilities.ts';
import type { WorkerDetails } from './worker-queries.ts';
import { OwnerById } from '../owners/owner-by-id.tsx';

const typesIn = ({ types }: WorkerDetails['capabilities']): string =>
  Array.isArray(types) ? (types as unknown[]).filter((type) => typeof type === 'string').join(', ') : '';

/** Everything else that is known of a worker. */
export const WorkerFacts = ({ worker }: { worker: WorkerDetails }) => (
  <Facts
    label="About the worker"
    facts={[
      ['Id', worker.worker_id],
      ['Owner', <OwnerById id={worker.owner_id} />],
      ['Key', <ActorName actor={worker.key_id} />],
      ['Registered', <Time at={worker.registered_at} />],
      ['Region', worker.region ?? 'not said'],
      ['USD an hour', worker.price_per_hour ?? 'not said'],
      ['Booked until', <Time at={worker.booked_until} otherwise="not booked" />],
      ['Types of jobs', typesIn(worker.capabilities)],
      ['Labels', labelsIn(worker.capabilities) || 'none'],
      ['Protocol', worker.protocol],
    ]}
  />
);
