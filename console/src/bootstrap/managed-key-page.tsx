import { Alert, Skeleton } from '@mantine/core';
import type { components } from '@keyward/sdk';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { columnsOf, DataTable } from '../page/data-table.tsx';
import { Page, Section } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { Facts, type Fact } from '../page/facts.tsx';
import { TONE_COLORS } from '../page/state.tsx';
import { Time } from '../page/time.tsx';
import { managedKeyQuery } from './bootstrap-queries.ts';
import { Drift } from './drift.tsx';
import { stateWords } from './states.ts';

type Details = components['schemas']['BootstrapKeyWithEvents'];
type Event = components['schemas']['BootstrapEvent'];

/** One managed key: its provenance, and what runs did. */
export function ManagedKeyPage() {
  const { stack, id } = useParams({ from: '/frame/bootstrap/$stack/$id' });
  const key = useQuery(managedKeyQuery(stack, id));
  return (
    <Page title={id} description={`Stack ${stack}`}>
      {key.isPending && <Skeleton height={320} />}
      <Problem error={key.error} onRetry={() => void key.refetch()} />
      {key.data !== undefined && <Provenance details={key.data} />}
    </Page>
  );
}

function Provenance({ details }: { details: Details }) {
  const { state, reason, events, last_run, service_key_id, key_state } = details;
  const { tone, next } = stateWords(state);
  const facts: Fact[] = [
    ['State', <Drift state={state} />],
    ['Source', details.source ?? 'not said'],
    ['Stored in', details.place ?? 'nowhere'],
    ['Copies', details.copies.join(', ') || 'none'],
    ['Stored', <Time at={details.stored_at} />],
    ['The service says', details.verdict ?? 'it was not asked'],
    [
      'Key of this server',
      key_state === null || service_key_id === null ? (
        'none'
      ) : (
        <>
          <PageLink to="/keys/$id" params={{ id: service_key_id }}>
            {service_key_id}
          </PageLink>{' '}
          ({key_state})
        </>
      ),
    ],
    ['Last run', `${last_run.verb} on ${last_run.host ?? 'an unnamed machine'}`],
    ['Reported', <Time at={details.reported_at} />],
  ];
  return (
    <>
      {state !== 'in_step' && (
        <Alert color={TONE_COLORS[tone]} title={next}>
          {reason}
        </Alert>
      )}
      <Facts label="Provenance" facts={facts} maw={720} />
      <Section title="Events">
        <DataTable
          label="Events"
          columns={EVENTS}
          rows={events}
          rowId={({ run_id, action, at }) => `${run_id} ${action} ${at}`}
        />
      </Section>
    </>
  );
}

const EVENTS = columnsOf<Event>(
  ['Event', ({ action }) => action.replaceAll('_', ' ')],
  ['State', ({ state }) => <Drift state={state} />],
  ['Run', ({ verb }) => verb],
  ['Reason', ({ reason }) => reason ?? ''],
  ['When', ({ at }) => <Time at={at} />],
);
