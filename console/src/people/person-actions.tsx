import { Button, Group, Select, Text } from '@mantine/core';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { noticeDone, noticeFailure } from '../page/done-notice.tsx';
import { useSession } from '../session/session-queries.ts';
import { ROLES } from './roles.ts';
import { useChangePerson, useDeletePerson, type Person } from './people-queries.ts';

/** Changes a role; less power ends the sessions of the person. */
export function RoleSelect({ person: { id, username, role } }: { person: Person }) {
  const change = useChangePerson(id);
  const set = (value: string | null): void => {
    if (value === null || value === role) return;
    change.mutate(
      { role: value },
      {
        onSuccess: () =>
          noticeDone({ title: `${username} has another role`, undo: () => change.mutateAsync({ role }) }),
        onError: (error) => noticeFailure('The role stays', error),
      },
    );
  };
  return (
    <Select
      aria-label={`Role of ${username}`}
      size="xs"
      w={140}
      allowDeselect={false}
      data={ROLES}
      value={role}
      disabled={change.isPending}
      onChange={set}
    />
  );
}

export function PersonActions({ person }: { person: Person }) {
  const { user } = useSession();
  if (user?.id === person.id) return <Text size="sm">you</Text>;
  return (
    <Group gap={4} wrap="nowrap">
      {person.suspended === 0 ? <Suspend person={person} /> : <EndSuspension person={person} />}
      <Delete person={person} />
    </Group>
  );
}

function Suspend({ person: { id, username } }: { person: Person }) {
  const change = useChangePerson(id);
  const suspension = {
    ...change,
    mutateAsync: async () => {
      await change.mutateAsync({ suspended: 1 });
      noticeDone({
        title: `${username} is suspended`,
        message: 'All sessions of this person ended.',
        undo: () => change.mutateAsync({ suspended: 0 }),
      });
    },
  };
  return (
    <ConfirmButton
      size="compact-sm"
      label="Suspend"
      aria-label={`Suspend ${username}`}
      title={`Suspend ${username}?`}
      action={suspension}
      copyAs={{
        operation: 'users.update',
        path: { id: String(id) },
        body: { suspended: 1 },
        cli: ['users', 'update', username, '--suspend'],
      }}
    >
      <Text size="sm">
        The sessions and the keys of {username} stop at once. You can end the suspension later.
      </Text>
    </ConfirmButton>
  );
}

function EndSuspension({ person: { id, username } }: { person: Person }) {
  const change = useChangePerson(id);
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`End the suspension of ${username}`}
      loading={change.isPending}
      onClick={() =>
        change.mutate({ suspended: 0 }, { onError: (error) => noticeFailure('The suspension stays', error) })
      }
    >
      End the suspension
    </Button>
  );
}

function Delete({ person: { id, username } }: { person: Person }) {
  const remove = useDeletePerson(id);
  const deletion = {
    ...remove,
    mutateAsync: async () => {
      await remove.mutateAsync(undefined);
      noticeDone({ title: `${username} was deleted` });
    },
  };
  return (
    <ConfirmButton
      size="compact-sm"
      label="Delete"
      aria-label={`Delete ${username}`}
      title={`Delete ${username}?`}
      action={deletion}
      copyAs={{
        operation: 'users.delete',
        path: { id: String(id) },
        cli: ['users', 'delete', username],
      }}
    >
      <Text size="sm">
        The account, its threads and its chats are deleted, and its keys end. This cannot be undone.
      </Text>
    </ConfirmButton>
  );
}
