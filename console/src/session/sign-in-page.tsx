import { Alert, Anchor, Button, Code, Group, Stack, Text, PasswordInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { ADDRESS } from '../api/client.ts';
import { CopyAs } from '../page/copy-as.tsx';
import { formValues } from '../page/form-values.ts';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { Outside } from './outside.tsx';
import { ownPath } from './routes.ts';
import { useSignIn, type SignIn } from './session-mutations.ts';
import { sessionQuery, type SessionState } from './session-queries.ts';
import { UsernameField } from './username-field.tsx';

type Way = SessionState['mode'] | 'key';

/** The way in: a password, a user's name and password, another provider, or the text of an admin key. */
export function SignInPage() {
  const { mode, oidc } = useSuspenseQuery(sessionQuery).data;
  const { next, error } = useSearch({ from: '/sign-in' });
  const [isByKey, setByKey] = useState(false);
  const way: Way = mode === 'setup' || (isByKey && mode === 'password') ? 'key' : mode;
  return (
    <Outside title="Sign in to Keyward">
      <Stack>
        {error !== undefined && <ProviderRefusal code={error} />}
        <SignInForm key={way} way={way} />
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

function SignInForm({ way }: { way: Way }) {
  const signIn = useSignIn();
  const [username, setUsername] = useState('');
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/sign-in' });
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    const value = formValues(event);
    try {
      const { mode } = await signIn.mutateAsync(credentialOf(way, value));
      const asked = ownPath(next) ?? '/';
      await navigate({ to: asked === '/' && mode === 'setup' ? '/welcome' : asked });
    } catch {
      // Shown below the fields.
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        {way === 'key' && <KeyField />}
        {way === 'multi-user' && <UsernameField onName={setUsername} />}
        {way !== 'key' && (
          <PasswordInput
            name="password"
            label="Password"
            required
            autoFocus={way === 'password'}
            autoComplete="current-password"
          />
        )}
        <Problem error={signIn.error} />
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
        <Group justify="end">
          <CopyAs
            operation="session.create"
            body={way === 'multi-user' ? { username } : {}}
            secrets={way === 'key' ? { key: 'KEYWARD_API_KEY' } : { password: 'PASSWORD' }}
          />
        </Group>
      </Stack>
    </form>
  );
}

function credentialOf(way: Way, value: (name: string) => string): SignIn {
  if (way === 'key') return { key: value('key').trim() };
  const password = value('password');
  return way === 'multi-user' ? { username: value('username').trim(), password } : { password };
}

const KeyField = () => (
  <>
    <Text size="sm">Paste the admin key that the first start printed.</Text>
    <PasswordInput name="key" label="Admin key" required autoFocus autoComplete="off" spellCheck={false} />
    <Text size="xs" c="dimmed">
      It is lost? <Code>keyward keys create --local --role admin</Code> makes another, on the machine of the
      server.
    </Text>
  </>
);
