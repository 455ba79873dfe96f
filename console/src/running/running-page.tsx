import { OPERATIONS } from '@keyward/sdk';
import { Alert, Text } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useRows } from '../api/pages.ts';
import { columnsOf, type ColumnCells } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { useRunning, type RunningRequest } from './running-queries.ts';
import { StopAll, type Many } from './stop-all.tsx';
import { StopButtons } from './stop-buttons.tsx';
import { counted } from '../page/count-text.ts';

/** Every request in flight, on all nodes. */
export function RunningPage() {
  const running = useRunning();
  const [asked, setAsked] = useState<Many>();
  const columns = useMemo(
    () => columnsOf(...CELLS, ['Actions', (request) => <StopButtons request={request} onAsk={setAsked} />]),
    [],
  );
  const rows = useRows(running.data);
  const missing = running.data?.pages[0]?.missing ?? 0;
  return (
    <Page
      title="Running now"
      description="Every request in flight, on all nodes. Stopping one leaves its key active."
    >
      {missing > 0 && (
        <Alert color="orange" title="Some nodes did not answer">
          {counted(missing, 'node')} did not answer in time. Their requests are not in this list.
        </Alert>
      )}
      <List
        label="Running requests"
        query={running}
        rows={rows}
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

const OPERATION: Record<string, { summary: string }> = OPERATIONS;

/** The OpenAPI document has no routes of pages. */
const requestWords = (route: string): string =>
  OPERATION[route]?.summary ?? (route.startsWith('console.') ? 'A page of the console' : route);
const SECOND_MS = 1_000;

/** It grows by itself. */
function Age({ sinceMs }: { sinceMs: number }) {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((nowMs - sinceMs) / SECOND_MS));
  return <>{seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`}</>;
}

const CELLS: ColumnCells<RunningRequest>[] = [
  ['Request', ({ route }) => requestWords(route)],
  ['Key', ({ key_name, key_id: id }) => <Named id={id} name={key_name} to="/keys/$id" />],
  ['Owner', ({ owner_name, owner_id: id }) => <Named id={id} name={owner_name} to="/owners/$id" />],
  ['Model', ({ model }) => model ?? ''],
  ['Age', ({ beganMs }) => <Age sinceMs={beganMs} />],
  [
    'Tokens',
    ({ tokens_in, tokens_out }) => `${tokens_in.toLocaleString()} in, ${tokens_out.toLocaleString()} out`,
  ],
  ['Progress', ({ progress }) => progress !== null && `${progress.done} of ${progress.total}`],
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
