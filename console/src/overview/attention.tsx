import { Group, List, Paper, Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FirstRows } from '../api/pages.ts';
import type { ManagedKey } from '../bootstrap/bootstrap-queries.ts';
import { stateWords } from '../bootstrap/states.ts';
import { PageLink } from '../page/page-link.tsx';
import { Section } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { ToneDot, type Tone } from '../page/state.tsx';
import { CloseTimes } from '../page/time-form.ts';
import { Time } from '../page/time.tsx';
import { SEARCHES, SHOWN_MAX, type FoundKeys, type KeyConcern } from './overview-queries.ts';
import { useAttention, type Failing, type UnreadyPart } from './use-attention.ts';

/** Until it is known whether something does. */
const LOADING_PX = 76;

/** What needs attention today, the worst first, each with the way to solve it. */
export function Attention() {
  const { isKnown, error, unready, failing, drifted, keys } = useAttention();
  const shown = [
    ...(unready.length > 0 ? [<Unready key="unready" parts={unready} />] : []),
    ...(failing === undefined ? [] : [<FailingUpstreams key="failing" found={failing} />]),
    ...keys.filter(isUrgent).map((one) => <Keys key={one.concern} {...one} />),
    ...(drifted === undefined ? [] : [<DriftedKeys key="drifted" found={drifted} />]),
    ...keys.filter((one) => !isUrgent(one)).map((one) => <Keys key={one.concern} {...one} />),
  ];
  return (
    <Section title="Needs attention today">
      <Problem error={error} />
      {isKnown ? shown : <Skeleton height={LOADING_PX} animate={false} />}
      {isKnown && shown.length === 0 && error === null && (
        <Concern tone="good" title="Nothing">
          <Text size="sm" c="dimmed">
            No key expires within 7 days, lies unused, holds unused scopes or was leaked. Every managed key is
            as its manifest says, and every upstream answers.
          </Text>
        </Concern>
      )}
    </Section>
  );
}

/** One thing to look at. The colour is a mark beside its title: several of them on one page do not shout. */
const Concern = ({ tone, title, children }: { tone: Tone; title: string; children: ReactNode }) => (
  <Paper withBorder p="sm">
    <Group gap="xs" wrap="nowrap" mb={4}>
      <ToneDot tone={tone} />
      <Text size="sm" fw={600}>
        {title}
      </Text>
    </Group>
    {children}
  </Paper>
);

const SAYS: Record<KeyConcern, { tone: Tone; title: string; next: string; all: string }> = {
  leaked: {
    tone: 'bad',
    title: 'Keys in quarantine',
    next: 'They were reported as leaked, or stopped by hand. Rotate or revoke them.',
    all: 'Show all keys in quarantine',
  },
  expiring: {
    tone: 'warning',
    title: 'Keys that expire within 7 days',
    next: 'Give those that are still used another expiry, or a successor.',
    all: 'Show all keys that expire',
  },
  powerful: {
    tone: 'idle',
    title: 'Keys that may do everything',
    next: 'Give programs keys with the scopes that they need, and keep one of these.',
    all: 'Show all keys that may do everything',
  },
  overscoped: {
    tone: 'idle',
    title: 'Keys with scopes that no request needed in 30 days',
    next: 'The page of each key names them, and takes them away.',
    all: 'Show all keys with unused scopes',
  },
  unused: {
    tone: 'idle',
    title: 'Keys that nobody used for 90 days',
    next: 'Revoke what is not needed.',
    all: 'Show all unused keys',
  },
};

const isUrgent = ({ concern }: { concern: KeyConcern }): boolean => SAYS[concern].tone === 'bad';

function Keys({ concern, found: { rows, hasMore } }: { concern: KeyConcern; found: FoundKeys }) {
  const { tone, title, next, all } = SAYS[concern];
  return (
    <Concern tone={tone} title={title}>
      <Text size="sm" c="dimmed">
        {next}
      </Text>
      <List size="sm" styles={{ item: { overflowWrap: 'anywhere' } }}>
        {rows.map(({ id, name, expires_at }) => (
          <List.Item key={id}>
            <PageLink to="/keys/$id" params={{ id }} underline="always">
              {name}
            </PageLink>
            {concern === 'expiring' && (
              <>
                {' '}
                <CloseTimes value>
                  <Time at={expires_at} />
                </CloseTimes>
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
    </Concern>
  );
}

interface LookedThroughProps<Row> {
  tone: Tone;
  title: string;
  /** In place of the title where none was found, and not all were looked at. */
  unsure: string;
  next: string;
  found: FirstRows<Row>;
  row: (row: Row) => ReactNode;
  /** The way to all of them. */
  all: ReactNode;
}

/** Things of a list that was looked through: the first ones, and the way to the others. */
const LookedThrough = <Row,>({ found: { rows, hasMore }, row, ...says }: LookedThroughProps<Row>) => (
  <Concern tone={rows.length > 0 ? says.tone : 'idle'} title={rows.length > 0 ? says.title : says.unsure}>
    <Text size="sm" c="dimmed">
      {says.next}
    </Text>
    <List size="sm" styles={{ item: { overflowWrap: 'anywhere' } }}>
      {rows.slice(0, SHOWN_MAX).map(row)}
    </List>
    {(hasMore || rows.length > SHOWN_MAX) && says.all}
  </Concern>
);

const FailingUpstreams = ({ found }: { found: Failing }) => (
  <LookedThrough
    tone="bad"
    title="Upstreams that fail"
    unsure="Not every upstream was looked at"
    next="Test them: the page of each shows which step fails."
    found={found}
    row={({ id, name, health }) => (
      <List.Item key={id}>
        <PageLink to="/upstreams/$id" params={{ id }} underline="always">
          {name}
        </PageLink>
        : {health.last_test?.ok === false ? health.last_test.detail : 'its last request failed'}
      </List.Item>
    )}
    all={
      <PageLink to="/upstreams" underline="always">
        Show all upstreams
      </PageLink>
    }
  />
);

const DriftedKeys = ({ found }: { found: FirstRows<ManagedKey> }) => (
  <LookedThrough
    tone="warning"
    title="Managed keys that are not as their manifest says"
    unsure="Not every managed key was looked at"
    next="The page of each says what was seen, and what to do."
    found={found}
    row={({ stack, id, state }) => (
      <List.Item key={`${stack}/${id}`}>
        <PageLink to="/bootstrap/$stack/$id" params={{ stack, id }} underline="always">
          {stack}/{id}
        </PageLink>
        : {stateWords(state).label}
      </List.Item>
    )}
    all={
      <PageLink to="/bootstrap" underline="always">
        Show all managed keys
      </PageLink>
    }
  />
);

const Unready = ({ parts }: { parts: UnreadyPart[] }) => (
  <Concern tone="bad" title="This server is not ready">
    <List size="sm">
      {parts.map(({ name, detail }) => (
        <List.Item key={name}>
          {name.replaceAll('_', ' ')}: {detail}
        </List.Item>
      ))}
    </List>
  </Concern>
);
