import { Alert, Badge, Button, Group, Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { useMay } from '../session/session-queries.ts';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { acknowledgedText, noticeDone } from '../page/done-notice.tsx';
import { useRunning, useStop, type RunningRequest, type StopTarget } from './running-queries.ts';

/** Every request in flight, on all nodes. */
export function RunningPage() {
  const running = useRunning();
  const { items = [], missing = 0 } = running.data ?? {};
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
        rows={items}
        columns={COLUMNS}
        rowId={({ id }) => id}
        emptyTitle="Nothing is running"
      >
        <Text size="sm">Requests appear here while they run: chats, uploads, streams, jobs that wait.</Text>
      </List>
    </Page>
  );
}

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

const COLUMNS = columnsOf<RunningRequest>(
  ['Request', ({ route }) => route],
  ['Key', ({ key_name, key_id }) => key_name ?? key_id ?? 'none'],
  ['Owner', ({ owner_name, owner_id }) => owner_name ?? owner_id ?? 'none'],
  ['Model', ({ model }) => model ?? ''],
  ['Age', ({ beganMs }) => <Age sinceMs={beganMs} />],
  [
    'Tokens',
    ({ tokens_in, tokens_out }) => `${tokens_in.toLocaleString()} in, ${tokens_out.toLocaleString()} out`,
  ],
  [
    'Progress',
    ({ progress }) =>
      progress !== null && <Badge variant="light">{`${progress.done} of ${progress.total}`}</Badge>,
  ],
  ['Stop', (request) => <StopButtons request={request} />],
);

function StopButtons({ request }: { request: RunningRequest }) {
  const may = useMay();
  const stop = useStop();
  if (!may('keys:write')) return null;
  const { id, key_id, key_name, owner_id, owner_name } = request;
  const run = async (target: StopTarget): Promise<void> => {
    try {
      const { acknowledged, missing_nodes } = await stop.mutateAsync(target);
      const missing = missing_nodes === 0 ? '' : ` ${missing_nodes} did not answer in time.`;
      noticeDone({ title: 'Stopped', message: acknowledgedText(acknowledged) + missing });
    } catch (error) {
      notifications.show({
        color: 'red',
        title: 'Not stopped',
        message: error instanceof Error ? error.message : '',
      });
    }
  };
  return (
    <Group gap={4} wrap="nowrap">
      <Button size="compact-sm" variant="default" loading={stop.isPending} onClick={() => void run({ id })}>
        Stop
      </Button>
      {(key_id !== null || owner_id !== null) && (
        <Menu>
          <Menu.Target>
            <Button size="compact-sm" variant="default" aria-label={`More ways to stop ${request.route}`}>
              …
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {key_id !== null && (
              <Menu.Item onClick={() => void run({ key: key_id })}>
                All of the key {key_name ?? key_id}
              </Menu.Item>
            )}
            {owner_id !== null && (
              <Menu.Item onClick={() => void run({ owner: owner_id })}>
                All of the owner {owner_name ?? owner_id}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}
