import { Alert, AppShell, Burger, Group, NavLink, ScrollArea, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { focusManager, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { AccountMenu } from '../session/account-menu.tsx';
import { useSignedOutElsewhere } from '../session/session-mutations.ts';
import { sessionQuery, SHOWN, ShownSession, useMay } from '../session/session-queries.ts';
import { ColorSchemeButton } from './color-scheme-button.tsx';
import { useIsLost } from './connection.ts';
import { focusContent } from './kept-focus.ts';
import { NAVIGATION } from './navigation.ts';

/** Navigation, account and the page. A session that has ended by itself is opened again in its place, and the page goes on. */
export function Frame() {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const [last, setLast] = useState(session);
  if (session !== null && session !== last) setLast(session);
  const queries = useQueryClient();
  const router = useRouter();
  useSignedOutElsewhere();
  const owner = session?.owner_id;
  useEffect(() => {
    if (owner !== undefined) queries.setQueryData(SHOWN, owner);
  }, [owner, queries]);
  const isEnded = session === null && queries.getQueryData(SHOWN) !== undefined;
  const isLeft = session === null && !isEnded;
  useEffect(() => {
    // The route of the frame then leads to the way in.
    if (isLeft) void router.invalidate();
  }, [isLeft, router]);
  useEffect(() => {
    // What is asked again and again would be refused each time.
    focusManager.setFocused(isEnded ? false : undefined);
  }, [isEnded]);
  if (last === null || isLeft) return null;
  return (
    <ShownSession value={last}>
      {isEnded && (
        <Suspense>
          <SessionEnded />
        </Suspense>
      )}
      {/* Nobody reads on; another person who signs in gets a page of the own. */}
      <div className="open-page" hidden={isEnded}>
        <OpenFrame key={last.owner_id} />
      </div>
    </ShownSession>
  );
}

const SessionEnded = lazy(async () => ({
  default: (await import('../session/session-ended.tsx')).SessionEnded,
}));

function OpenFrame() {
  const [isOpen, { toggle, close }] = useDisclosure();
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={isOpen ? 'Close the navigation' : 'Open the navigation'}
              aria-expanded={isOpen}
            />
            <Text component={Link} to="/" fw={700} size="lg" c="inherit" td="none">
              Keyward
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ColorSchemeButton />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label="Pages">
        <Navigation onFollow={close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <LostConnection />
        <OpenedPage />
      </AppShell.Main>
    </AppShell>
  );
}

const isAt = (pathname: string, to: string): boolean =>
  to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`);

/** The page; for a person without its scope the reason, and nothing is asked. Guarded by every-page.test.ts. */
function OpenedPage() {
  const may = useMay();
  const { pathname } = useLocation();
  useEffect(focusContent, [pathname]);
  const page = NAVIGATION.flatMap(({ pages }) => [...pages]).find(({ to }) => isAt(pathname, to));
  if (page?.scope === undefined || may(page.scope)) return <Outlet />;
  return (
    <Page title={page.label}>
      <Text>
        Your role does not include this page. It needs the scope <code>{page.scope}</code>. Ask an
        administrator, or go to <PageLink to="/">the overview</PageLink>.
      </Text>
    </Page>
  );
}

function Navigation({ onFollow }: { onFollow: () => void }) {
  const may = useMay();
  const { pathname } = useLocation();
  return (
    <AppShell.Section grow component={ScrollArea} p="xs">
      {NAVIGATION.map(({ group, pages }) => {
        const shown = pages.filter(({ scope }) => scope === undefined || may(scope));
        if (shown.length === 0) return null;
        return (
          <div key={group ?? ''} role={group && 'group'} aria-label={group}>
            {group !== undefined && (
              <Text size="xs" fw={500} c="dimmed" px={10} pt="sm" pb={4} aria-hidden>
                {group}
              </Text>
            )}
            {shown.map(({ label, to }) => (
              <NavLink
                key={to}
                component={Link}
                to={to}
                label={label}
                active={isAt(pathname, to)}
                aria-current={isAt(pathname, to) ? 'page' : undefined}
                onClick={onFollow}
              />
            ))}
          </div>
        );
      })}
    </AppShell.Section>
  );
}

function LostConnection() {
  const isLost = useIsLost();
  return (
    <div role="status" className="lost-connection">
      {isLost && (
        <Alert color="orange" variant="filled" mb="md" title="The server cannot be reached">
          This page keeps what you typed, and goes on as soon as the server answers.
        </Alert>
      )}
    </div>
  );
}
