import { Button, Code, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { formValues } from '../page/form-values.ts';
import { Problem } from '../page/problem.tsx';
import { useSignIn, type SignIn } from './session-mutations.ts';
import type { SessionState } from './session-queries.ts';
import { UsernameField } from './username-field.tsx';

export type Way = SessionState['mode'] | 'key';

interface SignInFormProps {
  way: Way;
  /** Called with the new mode. @default the page stays */
  onSignedIn?: (mode: SessionState['mode']) => Promise<void>;
}

/** Opens a session by the one way that is asked for. */
export function SignInForm({ way, onSignedIn }: SignInFormProps) {
  const signIn = useSignIn();
  const [username, setUsername] = useState('');
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    const value = formValues(event);
    try {
      const { mode } = await signIn.mutateAsync(credentialOf(way, value));
      await onSignedIn?.(mode);
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
