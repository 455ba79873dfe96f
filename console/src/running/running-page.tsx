import { Alert, Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { columnsOf, type ColumnCells } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { runningQuery, type RunningRequest } from './running-queries.ts';
import { StopAll, type Many } from './stop-all.tsx';
import { StopButtons } from './stop-buttons.tsx';

/** Every request in flight, on all nodes. */
export function RunningPage() {
  const running = useQuery(runningQuery);
  const [asked, setAsked] = useState<Many>();
  const columns = useMemo(
    () => columnsOf(...CELLS, ['Stop', (request) => <StopButtons request={request} onAsk={setAsked} />]),
    [],
  );
  const others = running.data?.items.filter(({ route }) => route !== 'running.list') ?? [];
  const missing = running.data?.missing_nodes ?? 0;
  return (
    <Page
      title="Running now"
      description="Every request in flight, on all nodes. Stopping one leaves its key active."
    >
      {missing > 0 && (
        <Alert color="orange" title="Some nodes did not answer">
          {missing} {missing === 1 ? 'node' : 'nodes'} did not answer in time. Their requests are not in this
          list.
        </Alert>
      )}
      <List
        label="Running requests"
        query={running}
        rows={others}
        columns={columns}
        rowId={({ id }) => id}
        emptyTitle="Nothing is running"
      >
        <Text size="sm">Requests appear here while they run: chats, uploads, streams, jobs that wait.</Text>
      </List>
      {asked !== undefined && <StopAll many={asked} onClose={() => setAsked(undefined)} />}
    </Page>
  );
}

const seconds = (value: number): string =>
  value < 60 ? `${value.toFixed(1)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;

const CELLS: ColumnCells<RunningRequest>[] = [
  ['Request', ({ route }) => route],
  ['Key', ({ key_name, key_id: id }) => <Named id={id} name={key_name} to="/keys/$id" />],
  ['Owner', ({ owner_name, owner_id: id }) => <Named id={id} name={owner_name} to="/owners/$id" />],
  ['Model', ({ model }) => model ?? ''],
  ['Age', ({ age_seconds }) => seconds(age_seconds)],
  [
    'Tokens',
    ({ tokens_in, tokens_out }) => `${tokens_in.toLocaleString()} in, ${tokens_out.toLocaleString()} out`,
  ],
  [
    'Progress',
    ({ progress }) =>
      progress !== null && <Badge variant="light">{`${progress.done} of ${progress.total}`}</Badge>,
  ],
];

interface NamedProps {
  /** null: a request without a key, or of a session. */
  id: string | null;
  name: string | null;
  to: '/keys/$id' | '/owners/$id';
}

const Named = ({ id, name, to }: NamedProps) =>
  id === null ? (
    (name ?? 'none')
  ) : (
    <PageLink to={to} params={{ id }} title={name ?? id}>
      {name ?? id}
    </PageLink>
  );
