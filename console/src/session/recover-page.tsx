import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { SubmitEvent } from 'react';
import { formValues } from '../page/form-values.ts';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { NewPassword } from './new-password.tsx';
import { Outside } from './outside.tsx';
import { useRecover } from './session-mutations.ts';

/** A new password by two recovery codes. */
export function RecoverPage() {
  const recover = useRecover();
  const navigate = useNavigate();
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
          <TextInput name="username" label="Username" required autoFocus autoComplete="username" />
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
          <PageLink to="/sign-in">Back to signing in</PageLink>
        </Stack>
      </form>
    </Outside>
  );
}
