import { Anchor, Button, Code, Container, Paper, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { ADDRESS } from '../api/client.ts';
import { Page } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { ownPath } from './routes.ts';
import { useSignIn } from './session-mutations.ts';
import { sessionQuery, type SessionState } from './session-queries.ts';

type Way = SessionState['mode'] | 'key';

/** The way in: a password, a user's name and password, another provider, or the text of an admin key. */
export function SignInPage() {
  const { mode, oidc } = useSuspenseQuery(sessionQuery).data;
  const { next } = useSearch({ from: '/sign-in' });
  const [isByKey, setByKey] = useState(false);
  const way: Way = mode === 'setup' || (isByKey && mode === 'password') ? 'key' : mode;
  return (
    <Container size={440} py={64} component="main">
      <Page title="Sign in to Keyward">
        <Paper withBorder p="lg">
          <Stack>
            <SignInForm key={way} way={way} />
            {mode === 'password' && (
              <Anchor component="button" type="button" size="sm" onClick={() => setByKey(!isByKey)}>
                {isByKey ? 'Use the password' : 'Use an admin key'}
              </Anchor>
            )}
            {oidc.map(({ id, name }) => (
              <Button
                key={id}
                variant="default"
                component="a"
                href={`${ADDRESS}/v1/session/oidc/start?return_to=${encodeURIComponent(next ?? '/')}`}
              >
                Continue with {name}
              </Button>
            ))}
          </Stack>
        </Paper>
      </Page>
    </Container>
  );
}

function SignInForm({ way }: { way: Way }) {
  const signIn = useSignIn();
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/sign-in' });
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    // Read from the form when it is sent: a key and a password are in no state of the page.
    const form = event.currentTarget;
    const data = new FormData(form);
    const text = (name: string): string => (data.get(name) as string | null) ?? '';
    const password = text('password');
    try {
      if (way === 'key') await signIn.mutateAsync({ key: text('key').trim() });
      else if (way === 'multi-user')
        await signIn.mutateAsync({ username: text('username').trim(), password });
      else await signIn.mutateAsync({ password });
      form.reset();
      await navigate({ to: ownPath(next) ?? '/' });
    } catch {
      // Shown below the fields.
    } finally {
      // A mutation keeps its variables.
      if (signIn.isError) signIn.reset();
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        {way === 'key' && (
          <>
            <Text size="sm">
              Nobody has set a password yet. Paste the admin key that the first start printed.
            </Text>
            <PasswordInput
              name="key"
              label="Admin key"
              required
              autoFocus
              autoComplete="off"
              spellCheck={false}
            />
            <Text size="xs" c="dimmed">
              It is lost? <Code>keyward keys create --local --role admin</Code> makes another, on the machine
              of the server.
            </Text>
          </>
        )}
        {way === 'multi-user' && (
          <TextInput name="username" label="Username" required autoFocus autoComplete="username" />
        )}
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
      </Stack>
    </form>
  );
}
