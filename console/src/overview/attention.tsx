import { Alert, List, Skeleton, Stack, Text, Title } from '@mantine/core';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { SEARCHES, type FoundKeys, type KeyConcern } from './overview-queries.ts';
import { useAttention, type Failing, type UnreadyPart } from './use-attention.ts';

/** Until it is known whether something does. */
const LOADING_PX = 76;

/** What needs attention today, the worst first, each with the way to solve it. */
export function Attention() {
  const { isKnown, error, unready, failing, keys } = useAttention();
  const shown = [
    ...(unready.length > 0 ? [<Unready key="unready" parts={unready} />] : []),
    ...(failing === undefined ? [] : [<FailingUpstreams key="failing" found={failing} />]),
    ...keys.map(({ concern, found }) => <Keys key={concern} concern={concern} found={found} />),
  ];
  return (
    <Stack gap="xs" component="section" aria-label="Needs attention today">
      <Title order={2} size="h5">
        Needs attention today
      </Title>
      <Problem error={error} />
      {isKnown ? shown : <Skeleton height={LOADING_PX} animate={false} />}
      {isKnown && shown.length === 0 && error === null && (
        <Alert color="teal" title="Nothing">
          No key expires within 7 days, lies unused or was leaked, and every upstream answers.
        </Alert>
      )}
    </Stack>
  );
}

const SAYS: Record<KeyConcern, { color: string; title: string; next: string; all: string }> = {
  leaked: {
    color: 'red',
    title: 'Keys in quarantine',
    next: 'They were reported as leaked, or stopped by hand. Rotate or revoke them.',
    all: 'Show all keys in quarantine',
  },
  expiring: {
    color: 'orange',
    title: 'Keys that expire within 7 days',
    next: 'Give those that are still used another expiry, or a successor.',
    all: 'Show all keys that expire',
  },
  powerful: {
    color: 'gray',
    title: 'Keys that may do everything',
    next: 'Give programs keys with the scopes that they need, and keep one of these.',
    all: 'Show all keys that may do everything',
  },
  unused: {
    color: 'gray',
    title: 'Keys that nobody used for 90 days',
    next: 'Revoke what is not needed.',
    all: 'Show all unused keys',
  },
};

function Keys({ concern, found: { rows, hasMore } }: { concern: KeyConcern; found: FoundKeys }) {
  const { color, title, next, all } = SAYS[concern];
  return (
    <Alert color={color} title={title}>
      <Text size="sm">{next}</Text>
      <List size="sm" styles={{ item: { overflowWrap: 'anywhere' } }}>
        {rows.map(({ id, name, expires_at }) => (
          <List.Item key={id}>
            <PageLink to="/keys/$id" params={{ id }} underline="always">
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
      {hasMore && (
        <PageLink to="/keys" search={SEARCHES[concern]} underline="always">
          {all}
        </PageLink>
      )}
    </Alert>
  );
}

const FailingUpstreams = ({ found: { rows, hasMore } }: { found: Failing }) => (
  <Alert
    color={rows.length > 0 ? 'red' : 'gray'}
    title={rows.length > 0 ? 'Upstreams that fail' : 'Not every upstream was looked at'}
  >
    <Text size="sm">Test them: the page of each shows which step fails.</Text>
    <List size="sm" styles={{ item: { overflowWrap: 'anywhere' } }}>
      {rows.map(({ id, name, health }) => (
        <List.Item key={id}>
          <PageLink to="/upstreams/$id" params={{ id }} underline="always">
            {name}
          </PageLink>
          : {health.last_test?.ok === false ? health.last_test.detail : 'its last request failed'}
        </List.Item>
      ))}
    </List>
    {hasMore && (
      <Text size="sm">
        There are more upstreams than this page looks through.{' '}
        <PageLink to="/upstreams" underline="always">
          Show all upstreams
        </PageLink>
      </Text>
    )}
  </Alert>
);

const Unready = ({ parts }: { parts: UnreadyPart[] }) => (
  <Alert color="red" title="This server is not ready">
    <List size="sm">
      {parts.map(({ name, detail }) => (
        <List.Item key={name}>
          {name.replaceAll('_', ' ')}: {detail}
        </List.Item>
      ))}
    </List>
  </Alert>
);
