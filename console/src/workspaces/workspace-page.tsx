import { Skeleton, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Page } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { useMay } from '../session/session-queries.ts';
import { useHasUsers } from './has-users.ts';
import { modeSays } from './modes.ts';
import type { Tab } from './routes.ts';
import { workspaceQuery, type OpenWorkspace } from './workspace-queries.ts';
import { PageLink } from '../page/page-link.tsx';

const ChatTab = lazy(async () => ({ default: (await import('./chat/chat-tab.tsx')).ChatTab }));
const DocumentsTab = lazy(async () => ({
  default: (await import('./documents-tab.tsx')).DocumentsTab,
}));
const SettingsTab = lazy(async () => ({ default: (await import('./settings-tab.tsx')).SettingsTab }));
const MembersTab = lazy(async () => ({ default: (await import('./members-tab.tsx')).MembersTab }));

const LABELS: Record<Tab, string> = {
  chat: 'Chat',
  documents: 'Documents',
  settings: 'Settings',
  members: 'Members',
};

/** The tabs that this person may use. */
function useTabs(): Tab[] {
  const may = useMay();
  const hasUsers = useHasUsers();
  return [
    ...(may('workspaces:chat') ? (['chat'] as const) : []),
    'documents',
    ...(may('workspaces:write') ? (['settings'] as const) : []),
    ...(hasUsers && may('users:manage') ? (['members'] as const) : []),
  ];
}

const LOADING_PX = 400;

/** One workspace: its chats, documents, settings and members. */
export function WorkspacePage() {
  const { slug } = useParams({ from: '/frame/workspaces/$slug' });
  const workspace = useQuery(workspaceQuery(slug));
  if (workspace.isPending)
    return (
      <Page title="Workspace">
        <Skeleton height={LOADING_PX} role="status" aria-label="Loading the workspace" />
      </Page>
    );
  if (workspace.data === undefined)
    return (
      <Page title="Workspace">
        <Problem error={workspace.error} onRetry={() => void workspace.refetch()} />
      </Page>
    );
  return workspace.data === null ? <Missing slug={slug} /> : <Opened workspace={workspace.data} />;
}

function Opened({ workspace }: { workspace: OpenWorkspace }) {
  const tabs = useTabs();
  const { tab: wanted, thread } = useSearch({ from: '/frame/workspaces/$slug' });
  const navigate = useNavigate({ from: '/workspaces/$slug' });
  const tab = wanted !== undefined && tabs.includes(wanted) ? wanted : tabs[0];
  const waiting = workspace.documents.filter(({ notEmbedded }) => notEmbedded !== undefined).length;
  return (
    <Page title={workspace.name} description={modeSays(workspace.chatMode)}>
      <Tabs
        value={tab ?? null}
        onChange={(to) => void navigate({ search: { tab: to as Tab, ...(to === 'chat' && { thread }) } })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {LABELS[one]}
              {one === 'documents' && ` (${workspace.documents.length - waiting})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Suspense fallback={<Skeleton height={LOADING_PX} role="status" aria-label="Loading" />}>
          <Tabs.Panel value="chat">
            <ChatTab workspace={workspace} thread={thread} />
          </Tabs.Panel>
          <Tabs.Panel value="documents">
            <DocumentsTab workspace={workspace} />
          </Tabs.Panel>
          <Tabs.Panel value="settings">
            <SettingsTab workspace={workspace} />
          </Tabs.Panel>
          <Tabs.Panel value="members">
            <MembersTab workspace={workspace} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </Page>
  );
}

const Missing = ({ slug }: { slug: string }) => (
  <Page title="There is no such workspace">
    <Text>
      No workspace that you may see has the name {slug} in its address. Go to{' '}
      <PageLink to="/workspaces" inherit underline="always">
        all workspaces
      </PageLink>
      .
    </Text>
  </Page>
);
