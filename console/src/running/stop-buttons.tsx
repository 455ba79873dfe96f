import { Button, Group, Menu } from '@mantine/core';
import { noticeFailure } from '../page/done-notice.tsx';
import { useMay } from '../session/session-queries.ts';
import { useStop, type RunningRequest } from './running-queries.ts';
import { noticeStopped, type Many } from './stop-all.tsx';

interface StopProps {
  request: RunningRequest;
  /** Asks before all of them are stopped. */
  onAsk: (many: Many) => void;
}

/** Stops one request, or all of its key or owner. */
export function StopButtons({ request, onAsk }: StopProps) {
  const may = useMay();
  const stop = useStop();
  if (!may('keys:write')) return null;
  const { id, route, key_id, key_name, owner_id, owner_name } = request;
  const more: Many[] = [
    ...(key_id === null ? [] : [{ target: { key: key_id }, of: `the key ${key_name ?? key_id}` }]),
    ...(owner_id === null
      ? []
      : [{ target: { owner: owner_id }, of: `the owner ${owner_name ?? owner_id}` }]),
  ];
  const run = (): void =>
    void stop
      .mutateAsync({ id })
      .then(noticeStopped, (error: unknown) => noticeFailure('The request was not stopped', error));
  return (
    <Group gap={4} wrap="nowrap">
      <Button size="compact-sm" variant="default" loading={stop.isPending} onClick={run}>
        Stop
      </Button>
      {more.length > 0 && (
        <Menu>
          <Menu.Target>
            <Button size="compact-sm" variant="default" aria-label={`More ways to stop ${route}`}>
              …
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {more.map((many) => (
              <Menu.Item key={many.of} onClick={() => onAsk(many)}>
                All of {many.of}…
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}
