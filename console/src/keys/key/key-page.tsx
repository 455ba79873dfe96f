import { Group, Skeleton, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { PageLink } from '../../page/page-link.tsx';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { CopyButton } from '../../page/copy-button.tsx';
import { Page } from '../../page/page.tsx';
import { Problem } from '../../page/problem.tsx';
import { useMay } from '../../session/session-queries.ts';
import { keyQuery } from '../key-queries.ts';
import type { Tab } from '../routes.ts';
import { OwnerLink } from '../owner-link.tsx';
import { StateBadge } from '../state-badge.tsx';
import { KeyActions } from './key-actions.tsx';
import classes from './key-page.module.css';
import type { PanelProps } from './panel.tsx';

const PANELS = {
  overview: lazy(async () => ({ default: (await import('./overview-panel.tsx')).OverviewPanel })),
  access: lazy(async () => ({ default: (await import('./access-panel.tsx')).AccessPanel })),
  secrets: lazy(async () => ({ default: (await import('./secrets-panel.tsx')).SecretsPanel })),
  refusals: lazy(async () => ({ default: (await import('./refusals-panel.tsx')).RefusalsPanel })),
  children: lazy(async () => ({ default: (await import('./children-panel.tsx')).ChildrenPanel })),
  history: lazy(async () => ({ default: (await import('./history-panel.tsx')).HistoryPanel })),
};

/** One key: who uses it, what it may do, and everything that can be done to it. */
export function KeyPage() {
  const { id } = useParams({ from: '/frame/keys/$id' });
  const read = useQuery(keyQuery(id));
  if (read.data !== undefined) return <ShownKey read={read.data} error={read.error} />;
  return (
    <Page title="Key">
      <Problem error={read.error} onRetry={() => void read.refetch()} />
      {read.isPending && <Skeleton height={320} role="status" aria-label="Loading the key" />}
    </Page>
  );
}

function ShownKey({ read, error }: PanelProps & { error: unknown }) {
  const { key } = read;
  return (
    <Page title={key.name} description={<Facts read={read} />} actions={<KeyActions keyRecord={key} />}>
      <Problem error={error} />
      <KeyTabs read={read} />
    </Page>
  );
}

function Facts({ read: { key } }: PanelProps) {
  return (
    <Group gap="xs" component="span">
      <StateBadge state={key.state} />
      <span>
        of <OwnerLink {...key.owner} />
      </span>
      <CopyButton text={key.id} label={key.id} size="compact-xs" variant="subtle" />
      {key.parent !== null && (
        <span>
          child of{' '}
          <PageLink to="/keys/$id" params={{ id: key.parent }}>
            {key.parent}
          </PageLink>
        </span>
      )}
    </Group>
  );
}

function KeyTabs({ read }: PanelProps) {
  const { tab = 'overview' } = useSearch({ from: '/frame/keys/$id' });
  const navigate = useNavigate({ from: '/keys/$id' });
  const may = useMay();
  const old = read.key.secrets.filter(({ ends_at }) => ends_at !== null && Date.parse(ends_at) > Date.now());
  const tabs: [Tab, string][] = [
    ['overview', 'Overview'],
    ...(may('keys:write') ? ([['access', 'Permissions']] as [Tab, string][]) : []),
    ['secrets', old.length === 0 ? 'Secrets' : 'Secrets · rotating'],
    ['refusals', 'Why refused?'],
    ['children', 'Children'],
    ...(may('audit:read') ? ([['history', 'History']] as [Tab, string][]) : []),
  ];
  const shown = tabs.find(([name]) => name === tab)?.[0] ?? 'overview';
  const Panel = PANELS[shown];
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On a phone the tabs scroll: the open one may be outside the screen.
    list.current
      ?.querySelector('[aria-selected=true]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [shown]);
  return (
    <Tabs
      value={shown}
      keepMounted={false}
      onChange={(to) => void navigate({ search: { tab: (to ?? 'overview') as Tab }, replace: true })}
    >
      <Tabs.List ref={list} aria-label="About the key" className={classes['tabs']}>
        {tabs.map(([name, label]) => (
          <Tabs.Tab key={name} value={name}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={shown} pt="md">
        <Suspense fallback={<Skeleton height={320} />}>
          <Panel read={read} />
        </Suspense>
      </Tabs.Panel>
    </Tabs>
  );
}
