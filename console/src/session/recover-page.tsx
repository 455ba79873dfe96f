import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { formValues } from '../page/form-values.ts';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { NewPassword } from './new-password.tsx';
import { Outside } from './outside.tsx';
import { useRecover } from './session-mutations.ts';
import { UsernameField } from './username-field.tsx';

/** A new password by two recovery codes. */
export function RecoverPage() {
  const recover = useRecover();
  const navigate = useNavigate();
  const [username, setUsername] = useState('');
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    const value = formValues(event);
    const codes = [value('first').trim(), value('second').trim()];
    try {
      await recover.mutateAsync({ username: value('username').trim(), codes, password: value('password') });
      await navigate({ to: '/' });
    } catch {
      // Shown below the fields.
    }
  };
  return (
    <Outside title="Recover your account">
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <Text size="sm">
            Two of your recovery codes set a new password. Without codes, an administrator can set one for
            you.
          </Text>
          <UsernameField onName={setUsername} />
          <TextInput
            name="first"
            label="First recovery code"
            required
            autoComplete="off"
            spellCheck={false}
          />
          <TextInput
            name="second"
            label="Second recovery code"
            required
            autoComplete="off"
            spellCheck={false}
          />
          <NewPassword error={recover.error} />
          <Problem error={recover.error} />
          <Button type="submit" loading={recover.isPending}>
            Set the password
          </Button>
          <Group justify="space-between">
            <PageLink to="/sign-in">Back to signing in</PageLink>
            <CopyAs
              operation="session.recover"
              body={{ username }}
              secrets={{ codes: ['FIRST_CODE', 'SECOND_CODE'], password: 'NEW_PASSWORD' }}
            />
          </Group>
        </Stack>
      </form>
    </Outside>
  );
}
