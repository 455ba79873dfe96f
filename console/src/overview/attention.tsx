import { Alert, List, Stack, Text } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { PageLink } from '../page/page-link.tsx';
import { Time } from '../page/time.tsx';
import { useMay } from '../session/session-queries.ts';
import { concernQuery, failingQuery, SEARCHES, type KeyConcern } from './overview-queries.ts';

/** Whether all of it has arrived: what stands below would jump otherwise. */
export function useIsAttentionKnown(): boolean {
  const may = useMay();
  const concerns = may('keys:read') ? (['leaked', 'expiring', 'unused', 'powerful'] as const) : [];
  const keys = useQueries({ queries: concerns.map((concern) => concernQuery(concern)) });
  const failing = useQuery({ ...failingQuery, enabled: may('models:manage') });
  return keys.every(({ isFetched }) => isFetched) && (failing.isFetched || !may('models:manage'));
}

/** What needs attention today; nothing where nothing does. */
export function Attention() {
  const may = useMay();
  return (
    <Stack gap="xs">
      {may('models:manage') && <FailingUpstreams />}
      {may('keys:read') && (
        <>
          <Keys
            concern="leaked"
            color="red"
            title="Keys in quarantine: they were reported as leaked, or stopped by hand"
          />
          <Keys concern="expiring" color="orange" title="Keys that expire within 7 days" />
          <Keys
            concern="unused"
            color="gray"
            title="Keys that nobody used for 90 days: revoke what is not needed"
          />
          <Powerful />
        </>
      )}
    </Stack>
  );
}

function Keys({ concern, color, title }: { concern: KeyConcern; color: string; title: string }) {
  const { data } = useQuery(concernQuery(concern));
  if (data === undefined || data.keys.length === 0) return null;
  return (
    <Alert color={color} title={title}>
      <List size="sm">
        {data.keys.map(({ id, name, expires_at }) => (
          <List.Item key={id}>
            <PageLink to="/keys/$id" params={{ id }}>
              {name}
            </PageLink>
            {concern === 'expiring' && (
              <>
                {' '}
                <Time at={expires_at} />
              </>
            )}
          </List.Item>
        ))}
      </List>
      {data.hasMore && (
        <PageLink to="/keys" search={SEARCHES[concern]}>
          Show all of them
        </PageLink>
      )}
    </Alert>
  );
}

/** One key that can do everything is the way back in. Each further one is a risk. */
function Powerful() {
  const { data } = useQuery(concernQuery('powerful'));
  if (data === undefined || data.keys.length < 2) return null;
  return (
    <Alert color="gray" title={`${data.hasMore ? 'More than 5' : data.keys.length} keys may do everything`}>
      <Text size="sm">
        Give programs keys with the scopes that they need, and keep one of these.{' '}
        <PageLink to="/keys" search={SEARCHES.powerful}>
          Show them
        </PageLink>
      </Text>
    </Alert>
  );
}

function FailingUpstreams() {
  const { data = [] } = useQuery(failingQuery);
  if (data.length === 0) return null;
  return (
    <Alert color="red" title="Upstreams that fail">
      <List size="sm">
        {data.map(({ id, name, health }) => (
          <List.Item key={id}>
            {name}: {health.last_test?.ok === false ? health.last_test.detail : `its last request failed`}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
