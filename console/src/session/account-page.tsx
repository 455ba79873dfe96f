import { Alert, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { formValues } from '../page/form-values.ts';
import { roleWord } from '../people/roles.ts';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { fieldError, Problem } from '../page/problem.tsx';
import { NewPassword } from './new-password.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { OwnSessions } from './own-sessions.tsx';
import { useChangePassword } from './session-mutations.ts';
import { sessionQuery, useSession } from './session-queries.ts';
import { FormActions } from '../page/form-actions.tsx';

/** The person's own password, recovery codes and sessions. */
export function AccountPage() {
  const { mode } = useSuspenseQuery(sessionQuery).data;
  const { user } = useSession();
  return (
    <Page
      title={user?.username ?? 'Administrator'}
      description={user === null ? 'This instance has no users.' : `Role: ${roleWord(user.role)}`}
    >
      {mode === 'setup' ? (
        <Alert title="There is no password yet">
          <PageLink to="/welcome">Set one, or add people</PageLink>
        </Alert>
      ) : (
        <PasswordSection />
      )}
      {mode === 'password' && (
        <Text size="sm">
          Several people will use this? <PageLink to="/welcome">Give each an account</PageLink>
        </Text>
      )}
      {mode === 'multi-user' && <RecoveryCodes />}
      <OwnSessions />
    </Page>
  );
}

function PasswordSection() {
  const change = useChangePassword();
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    const form = event.currentTarget;
    const value = formValues(event);
    try {
      await change.mutateAsync({ current: value('current'), password: value('password') });
      form.reset();
      noticeDone({ title: 'The password was changed', message: 'All your other sessions ended.' });
    } catch {
      // Shown below the fields.
    }
  };
  return (
    <Paper withBorder p="md" maw={520}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <Title order={2} size="h5">
            Password
          </Title>
          <PasswordInput
            name="current"
            label="Current password"
            required
            autoComplete="current-password"
            error={fieldError(change.error, 'current')}
          />
          <NewPassword error={change.error} />
          <Problem error={change.error} />
          <FormActions submit={{ label: 'Change the password', isPending: change.isPending }}>
            <CopyAs
              operation="session.change_password"
              secrets={{ current: 'PASSWORD', password: 'NEW_PASSWORD' }}
            />
          </FormActions>
        </Stack>
      </form>
    </Paper>
  );
}
