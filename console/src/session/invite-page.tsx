import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { formValues } from '../page/form-values.ts';
import { PageLink } from '../page/page-link.tsx';
import { fieldError, Problem } from '../page/problem.tsx';
import { NewPassword } from './new-password.tsx';
import { Outside } from './outside.tsx';
import { useAcceptInvite } from './session-mutations.ts';
import { inviteQuery } from './session-queries.ts';
import { UsernameField } from './username-field.tsx';

/** An invited person makes an account. */
export function InvitePage() {
  const { code } = useParams({ from: '/invite/$code' });
  const invite = useQuery(inviteQuery(code));
  return (
    <Outside title="You are invited to Keyward">
      {invite.isPending && <Skeleton height={240} />}
      <Problem error={invite.error} />
      {invite.data !== undefined &&
        (invite.data.status === 'pending' ? (
          <AccountForm code={code} />
        ) : (
          <Stack>
            <Text>This invite was {invite.data.status}. Ask for a new one.</Text>
            <PageLink to="/sign-in">Sign in</PageLink>
          </Stack>
        ))}
    </Outside>
  );
}

function AccountForm({ code }: { code: string }) {
  const accept = useAcceptInvite(code);
  const navigate = useNavigate();
  const [username, setUsername] = useState('');
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    const value = formValues(event);
    try {
      await accept.mutateAsync({ username: value('username').trim(), password: value('password') });
      // The code in the address leaves the history.
      await navigate({ to: '/', replace: true });
    } catch {
      // Shown below the fields.
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <UsernameField
          onName={setUsername}
          description="A lower-case letter, then letters, digits and . _ - @; at most 64 characters"
          error={fieldError(accept.error, 'username')}
        />
        <NewPassword label="Password" error={accept.error} />
        <Problem error={accept.error} />
        <Button type="submit" loading={accept.isPending}>
          Make my account
        </Button>
        <Group justify="end">
          <CopyAs
            operation="session.accept_invite"
            path={{ code: 'CODE' }}
            body={{ username }}
            secrets={{ password: 'PASSWORD' }}
          />
        </Group>
      </Stack>
    </form>
  );
}
