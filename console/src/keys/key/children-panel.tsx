import { ActionIcon, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRows } from '../../api/pages.ts';
import { PageLink } from '../../page/page-link.tsx';
import { useState } from 'react';
import { Empty } from '../../page/empty.tsx';
import { Problem } from '../../page/problem.tsx';
import { Time } from '../../page/time.tsx';
import { useMay } from '../../session/session-queries.ts';
import type { Key } from '../holdings/draft.ts';
import { summaryOf } from '../holdings/tasks.ts';
import { keysQuery } from '../key-queries.ts';
import { StateBadge } from '../state-badge.tsx';
import classes from './children-panel.module.css';
import { Section } from '../../page/page.tsx';
import type { PanelProps } from './panel.tsx';

/** The keys that count against this one and end with it, as a tree. */
export function ChildrenPanel({ read: { key } }: PanelProps) {
  const may = useMay();
  return (
    <Section
      actions={
        may('keys:write') &&
        key.state === 'active' && (
          <PageLink to="/keys/new" search={{ parent: key.id }}>
            New child key
          </PageLink>
        )
      }
      title="Children"
      note="Each use of a child counts against its parents, and it ends with them."
    >
      <Branch parent={key.id} isRoot />
    </Section>
  );
}

function Branch({ parent, isRoot = false }: { parent: string; isRoot?: boolean }) {
  const children = useInfiniteQuery(keysQuery({ parent }));
  const rows = useRows(children.data);
  if (children.isPending) return <Skeleton height={32} />;
  if (children.error !== null)
    return <Problem error={children.error} onRetry={() => void children.refetch()} />;
  if (rows.length === 0 && isRoot)
    return (
      <Empty title="It has no children">
        <Text size="sm">
          A child is a key for a part of a program, such as an agent: it may do no more than this key.
        </Text>
      </Empty>
    );
  if (rows.length === 0) return <Text size="sm">It has no children.</Text>;
  return (
    <ul className={classes['branch']}>
      {rows.map((child) => (
        <Node key={child.id} child={child} />
      ))}
      {children.hasNextPage && (
        <li>
          <Button
            size="compact-sm"
            variant="subtle"
            loading={children.isFetchingNextPage}
            onClick={() => void children.fetchNextPage()}
          >
            Show more
          </Button>
        </li>
      )}
    </ul>
  );
}

function Node({ child: { id, name, state, scopes, last_used_at } }: { child: Key }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <Group gap="xs">
        <ActionIcon
          variant="default"
          size="sm"
          aria-expanded={isOpen}
          aria-label={`Children of ${name}`}
          onClick={() => setOpen(!isOpen)}
        >
          <span aria-hidden>{isOpen ? '−' : '+'}</span>
        </ActionIcon>
        <PageLink to="/keys/$id" params={{ id }} fw={500}>
          {name}
        </PageLink>
        <StateBadge state={state} />
        <Text size="sm" c="dimmed">
          {summaryOf(scopes)} · used <Time at={last_used_at} />
        </Text>
      </Group>
      {isOpen && (
        <Stack mt="xs">
          <Branch parent={id} />
        </Stack>
      )}
    </li>
  );
}
