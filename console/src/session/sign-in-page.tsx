import { Alert, Anchor, Button, Stack, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ADDRESS } from '../api/client.ts';
import { PageLink } from '../page/page-link.tsx';
import { Outside } from './outside.tsx';
import { ownPath } from './routes.ts';
import { sessionQuery, type SessionState } from './session-queries.ts';
import { SignInForm, type Way } from './sign-in-form.tsx';

/** The way in: a password, a user's name and password, another provider, or the text of an admin key. */
export function SignInPage() {
  const { mode, oidc } = useSuspenseQuery(sessionQuery).data;
  const { next, error } = useSearch({ from: '/sign-in' });
  const [isByKey, setByKey] = useState(false);
  const navigate = useNavigate();
  const enter = async (now: SessionState['mode']): Promise<void> => {
    const asked = ownPath(next) ?? '/';
    await navigate({ to: asked === '/' && now === 'setup' ? '/welcome' : asked });
  };
  const way: Way = mode === 'setup' || (isByKey && mode === 'password') ? 'key' : mode;
  return (
    <Outside title="Sign in to Keyward">
      <Stack>
        {error !== undefined && <ProviderRefusal code={error} />}
        <SignInForm key={way} way={way} onSignedIn={enter} />
        {mode === 'password' && (
          <Anchor component="button" type="button" size="sm" onClick={() => setByKey(!isByKey)}>
            {isByKey ? 'Use the password' : 'Use an admin key'}
          </Anchor>
        )}
        {mode === 'multi-user' && <PageLink to="/recover">Forgotten the password?</PageLink>}
        {oidc.map(({ id, name }) => (
          <Button
            key={id}
            variant="default"
            component="a"
            href={`${ADDRESS}/v1/session/oidc/start?return_to=${encodeURIComponent(ownPath(next) ?? '/')}`}
          >
            Continue with {name}
          </Button>
        ))}
      </Stack>
    </Outside>
  );
}

/** The provider sent the person back without a session. Only words of this page are shown, never those of the address. */
function ProviderRefusal({ code }: { code: string }) {
  return (
    <Alert color="red" role="alert" title="Signing in with the provider did not work">
      <Text size="sm">
        {REFUSALS[code] ??
          'Try again. If it happens again, ask your administrator: the log of the server has the reason.'}
      </Text>
    </Alert>
  );
}

const REFUSALS: Record<string, string> = {
  oidc_unavailable: 'The provider does not answer. Try again in a moment.',
  oidc_denied: 'The provider refused, or you cancelled there.',
  oidc_expired: 'It took longer than ten minutes, or it began in another tab. Try again.',
  oidc_invalid: 'The answer of the provider was not valid. An administrator finds the reason in the log.',
  oidc_no_role: 'None of your groups has a role here. Ask an administrator.',
  oidc_suspended: 'Your account is suspended. Ask an administrator.',
  oidc_single_user: 'This instance has no accounts yet. Its administrator can make them.',
  oidc_throttled: 'Too many tries from this network failed. Try again in a quarter of an hour.',
};
