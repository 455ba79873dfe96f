import { Anchor, Text } from '@mantine/core';
import { Link, useRouter } from '@tanstack/react-router';
import { Page } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';

/** For an error that a page did not expect. */
export function RouteProblem({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <Page title="This page cannot be shown">
      <Problem error={error} onRetry={() => void router.invalidate()} />
    </Page>
  );
}

export function NotFound() {
  return (
    <Page title="There is no such page">
      <Text>
        Check the address, or go to{' '}
        <Anchor component={Link} to="/">
          the overview
        </Anchor>
        .
      </Text>
    </Page>
  );
}
