import { Text } from '@mantine/core';
import { PageLink } from '../page/page-link.tsx';
import { Outside } from './outside.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { sessionQuery } from './session-queries.ts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';

/** In place of a page whose session has ended. The page is still there, and shown again to the same person. */
export function SessionEnded() {
  const { mode } = useSuspenseQuery(sessionQuery).data;
  const { href } = useLocation();
  return (
    <Outside title="Sign in to Keyward">
      <Text size="sm" mb="md" role="status">
        Your session has ended. Sign in again to go on: what you typed is kept.
      </Text>
      <SignInForm way={mode === 'setup' ? 'key' : mode} />
      <PageLink to="/sign-in" search={{ next: href }}>
        Sign in another way, without what you typed
      </PageLink>
    </Outside>
  );
}
