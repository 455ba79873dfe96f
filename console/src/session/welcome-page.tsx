import { Radio, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { formValues } from '../page/form-values.ts';
import { Page } from '../page/page.tsx';
import { fieldError, Problem } from '../page/problem.tsx';
import { NewPassword } from './new-password.tsx';
import { useSetup } from './session-mutations.ts';
import { FormActions } from '../page/form-actions.tsx';

type Choice = 'password' | 'users';

/** First run: how people sign in from now on. */
export function WelcomePage() {
  const [choice, setChoice] = useState<Choice>('password');
  const [username, setUsername] = useState('');
  const setup = useSetup();
  const navigate = useNavigate();
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    const value = formValues(event);
    const password = value('password');
    try {
      await setup.mutateAsync(
        choice === 'users' ? { username: value('username').trim(), password } : { password },
      );
      await navigate({ to: '/' });
    } catch {
      // Shown below the fields.
    }
  };
  return (
    <Page title="Welcome" description="You are in with the admin key. How shall people sign in from now on?">
      <form onSubmit={(event) => void submit(event)} style={{ maxWidth: 480 }}>
        <Stack>
          <Radio.Group
            name="choice"
            label="Who uses this console?"
            value={choice}
            onChange={(value) => setChoice(value)}
          >
            <Stack gap="xs" mt="xs">
              <Radio
                value="password"
                label="Only I do"
                description="One password. You can add people later."
              />
              <Radio
                value="users"
                label="Several people"
                description="Each has an account and a role. You become the first administrator. This cannot be undone."
              />
            </Stack>
          </Radio.Group>
          {choice === 'users' && (
            <TextInput
              name="username"
              label="Your username"
              description="A lower-case letter, then letters, digits and . _ - @; at most 64 characters"
              required
              autoComplete="username"
              onChange={(event) => setUsername(event.currentTarget.value.trim())}
              error={fieldError(setup.error, 'username')}
            />
          )}
          <NewPassword label="Password" error={setup.error} />
          <Problem error={setup.error} />
          <FormActions
            submit={{
              label: choice === 'users' ? 'Make my account' : 'Set the password',
              isPending: setup.isPending,
            }}
            cancel={{ label: 'Not now', onClick: () => void navigate({ to: '/' }) }}
          >
            <CopyAs
              operation="session.setup"
              body={choice === 'users' ? { username } : {}}
              secrets={{ password: 'PASSWORD' }}
            />
          </FormActions>
        </Stack>
      </form>
    </Page>
  );
}
