import { Button, Skeleton, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { Section } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { State } from '../page/state.tsx';
import { CloseTimes } from '../page/time-form.ts';
import { Time } from '../page/time.tsx';
import { useEndSessions } from './session-mutations.ts';
import { ownSessionsQuery } from './session-queries.ts';
import { counted } from '../page/count-text.ts';

/** Where the person is signed in, and the ways to end that. */
export function OwnSessions() {
  const sessions = useQuery(ownSessionsQuery);
  const end = useEndSessions();
  const others = sessions.data?.rows.filter(({ is_current }) => !is_current).length ?? 0;
  return (
    <Section
      title="Where you are signed in"
      actions={
        others > 0 && (
          <ConfirmButton
            label="End all others"
            title="End all other sessions?"
            action={{ ...end, mutateAsync: () => end.mutateAsync(null) }}
            copyAs={{ operation: 'session.end_others' }}
          >
            {counted(others, 'session ends', 'sessions end')} at once, with what is running in them.
          </ConfirmButton>
        )
      }
    >
      <Problem error={sessions.error ?? end.error} />
      {sessions.isPending && <Skeleton height={120} />}
      {sessions.data !== undefined && <SessionTable sessions={sessions.data.rows} end={end} />}
      {sessions.data?.hasMore === true && (
        <Text size="sm">These are the newest. There are older ones: End all others ends them too.</Text>
      )}
    </Section>
  );
}

type Sessions = Awaited<ReturnType<NonNullable<typeof ownSessionsQuery.queryFn>>>['rows'];

function SessionTable({ sessions, end }: { sessions: Sessions; end: ReturnType<typeof useEndSessions> }) {
  return (
    <CloseTimes value>
      <Table.ScrollContainer minWidth={0}>
        <Table aria-label="Sessions">
          <Table.Thead>
            <Table.Tr>
              {['Browser', 'Address', 'Last used', 'Opened', 'Actions'].map((name) => (
                <Table.Th key={name} scope="col">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sessions.map(({ id, user_agent, ip, last_used_at, created_at, is_current }) => (
              <Table.Tr key={id}>
                <Table.Td maw={320} style={{ overflowWrap: 'anywhere' }}>
                  {browserOf(user_agent)} {is_current && <State tone="good">this one</State>}
                </Table.Td>
                <Table.Td>{ip ?? 'unknown'}</Table.Td>
                <Table.Td>
                  <Time at={last_used_at} />
                </Table.Td>
                <Table.Td>
                  <Time at={created_at} />
                </Table.Td>
                <Table.Td>
                  {!is_current && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={end.isPending && end.variables === id}
                      onClick={() => end.mutate(id)}
                    >
                      End
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </CloseTimes>
  );
}

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const SYSTEMS = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS', 'Linux'];

/** Such as "Firefox on Linux"; otherwise what the browser says of itself. */
function browserOf(agent: string | null): string {
  if (agent === null) return 'unknown';
  const browser = BROWSERS.find(([mark]) => agent.includes(mark))?.[1];
  const system = SYSTEMS.find((name) => agent.includes(name));
  return browser === undefined ? agent : `${browser}${system === undefined ? '' : ` on ${system}`}`;
}
