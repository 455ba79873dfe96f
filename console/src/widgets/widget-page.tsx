import { Alert, Button, Group, Skeleton, Switch, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useNavigateHere } from '../app/navigate-here.ts';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { Page } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { noticeDone, noticeFailure } from '../page/done-notice.tsx';
import { Preview } from './preview.tsx';
import type { Tab } from './routes.ts';
import { Snippets } from './snippets.tsx';
import { VisitorChats } from './visitor-chats.tsx';
import { useWidgetChanges, widgetQuery, type Widget } from './widget-queries.ts';
import { WidgetSettings } from './widget-settings.tsx';
import { PageLink } from '../page/page-link.tsx';

const LABELS: Record<Tab, string> = {
  page: 'Put it on your page',
  preview: 'Preview',
  settings: 'Settings',
  chats: 'Questions',
};

const LOADING_PX = 400;

/** One widget: its snippet, a preview, its settings and what visitors asked. */
export function WidgetPage() {
  const { uuid } = useParams({ from: '/frame/widgets/$uuid' });
  const widget = useQuery(widgetQuery(uuid));
  if (widget.isPending)
    return (
      <Page title="Widget">
        <Skeleton height={LOADING_PX} role="status" aria-label="Loading the widget" />
      </Page>
    );
  if (widget.data === undefined)
    return (
      <Page title="Widget">
        <Problem error={widget.error} onRetry={() => void widget.refetch()} />
        <PageLink to="/widgets">All widgets</PageLink>
      </Page>
    );
  return <Opened widget={widget.data} />;
}

function Opened({ widget }: { widget: Widget }) {
  const { workspace } = widget;
  const { tab = 'page' } = useSearch({ from: '/frame/widgets/$uuid' });
  const navigate = useNavigate({ from: '/widgets/$uuid' });
  return (
    <Page
      title={`Widget of ${workspace.name}`}
      description={
        <>
          Answers from the workspace{' '}
          <PageLink to="/workspaces/$slug" params={{ slug: workspace.slug }} inherit underline="always">
            {workspace.name}
          </PageLink>
          .
        </>
      }
      actions={<Actions widget={widget} />}
    >
      <Unanswered widget={widget} />
      <Tabs value={tab} onChange={(to) => void navigate({ search: { tab: to as Tab } })} keepMounted={false}>
        <Tabs.List mb="md">
          {(Object.keys(LABELS) as Tab[]).map((one) => (
            <Tabs.Tab key={one} value={one}>
              {LABELS[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="page">
          <Snippets widget={widget} />
        </Tabs.Panel>
        <Tabs.Panel value="preview">
          <Preview widget={widget} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <WidgetSettings widget={widget} />
        </Tabs.Panel>
        <Tabs.Panel value="chats">
          <VisitorChats uuid={widget.uuid} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Actions({ widget: { uuid, enabled, workspace } }: { widget: Widget }) {
  const { update, remove } = useWidgetChanges();
  const navigate = useNavigateHere();
  const open = async (isOpen: boolean): Promise<void> => {
    const set = (value: boolean) => update.mutateAsync({ uuid, body: { enabled: value } });
    await set(isOpen);
    noticeDone({
      title: isOpen ? 'The widget answers visitors' : 'The widget is closed',
      undo: () => set(!isOpen),
    });
  };
  const mutateAsync = async (): Promise<void> => {
    await remove.mutateAsync(uuid);
    await navigate({ to: '/widgets' });
  };
  return (
    <Group>
      <Switch
        label="Open to visitors"
        checked={update.isPending ? (update.variables.body.enabled ?? enabled) : enabled}
        onChange={(event) =>
          void open(event.currentTarget.checked).catch((error: unknown) =>
            noticeFailure('The widget was not changed', error),
          )
        }
      />
      <ConfirmButton
        label="Delete"
        title={`Delete the widget of ${workspace.name}?`}
        action={{ ...remove, mutateAsync }}
        copyAs={{ operation: 'embeds.delete', path: { uuid }, cli: ['widgets', 'delete', uuid] }}
      >
        <Text size="sm">
          Pages that show it get no more answers. Its questions and answers are deleted, and cannot be
          restored.
        </Text>
      </ConfirmButton>
    </Group>
  );
}

/** Why nobody is answered, and the way out. */
function Unanswered({ widget: { uuid, state, enabled } }: { widget: Widget }) {
  const { adopt } = useWidgetChanges();
  if (!enabled || state === undefined) return null;
  return (
    <Alert color="red" title="It answers nobody">
      <Text size="sm" mb="xs">
        {state === 'unpaid'
          ? 'It was moved in, and nobody pays for it yet.'
          : 'The key that paid for it has ended, or may no longer chat in the workspace.'}{' '}
        Take it over: then visitors spend your budgets.
      </Text>
      <Problem error={adopt.error} />
      <Button size="xs" loading={adopt.isPending} onClick={() => adopt.mutate(uuid)}>
        Take it over
      </Button>
    </Alert>
  );
}
