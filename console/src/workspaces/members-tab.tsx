import { Button, Group, MultiSelect, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { CopyAs } from '../page/copy-as.tsx';
import { Empty } from '../page/empty.tsx';
import { Problem } from '../page/problem.tsx';
import { CloseTimes } from '../page/time-form.ts';
import { Time } from '../page/time.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { roleWord } from '../people/roles.ts';
import { useMemberChanges } from './workspace-mutations.ts';
import { membersQuery, usersQuery, type OpenWorkspace } from './workspace-queries.ts';

const LOADING_PX = 160;

/** The users who may use the workspace. */
export function MembersTab({ workspace }: { workspace: OpenWorkspace }) {
  const { id, slug, name } = workspace;
  const members = useQuery(membersQuery(id));
  const { add, remove } = useMemberChanges(workspace);
  const current = members.data ?? [];
  const ids = current.map(({ userId }) => userId);
  const takeOut = async (userId: number, username: string): Promise<void> => {
    add.reset();
    await remove.mutateAsync(userId);
    noticeDone({
      title: `${username} may no longer use ${name}`,
      undo: () => add.mutateAsync([userId]),
    });
  };
  return (
    <Stack maw={720}>
      <Text size="sm" c="dimmed">
        Users with the role member use the workspaces that they belong to. Administrators and managers use all
        of them.
      </Text>
      <AddMembers slug={slug} current={ids} add={add} onBegin={remove.reset} />
      <Problem error={members.error ?? add.error ?? remove.error} />
      {members.isPending && <Skeleton height={LOADING_PX} role="status" aria-label="Loading members" />}
      {members.isSuccess && current.length === 0 && (
        <Empty title="Nobody is a member yet">
          <Text size="sm">Choose users above.</Text>
        </Empty>
      )}
      {current.length > 0 && (
        <Table aria-label="Members" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">User</Table.Th>
              <Table.Th scope="col">Role</Table.Th>
              <Table.Th scope="col">Since</Table.Th>
              <Table.Th scope="col">Actions</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {current.map(({ userId, username, role, lastUpdatedAt }) => (
              <Table.Tr key={userId}>
                <Table.Td>{username}</Table.Td>
                <Table.Td>{roleWord(role)}</Table.Td>
                <Table.Td>
                  <CloseTimes value>
                    <Time at={lastUpdatedAt} />
                  </CloseTimes>
                </Table.Td>
                <Table.Td>
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`Remove ${username}`}
                    disabled={remove.isPending}
                    onClick={() => void takeOut(userId, username).catch(() => undefined)}
                  >
                    Remove
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

function AddMembers({
  slug,
  current,
  add,
  onBegin,
}: {
  slug: string;
  current: readonly number[];
  add: ReturnType<typeof useMemberChanges>['add'];
  /** The error of another change is none of this one. */
  onBegin: () => void;
}) {
  const [chosen, setChosen] = useState<string[]>([]);
  const users = useQuery(usersQuery);
  const data = (users.data ?? [])
    .filter(({ id }) => !current.includes(id))
    .map(({ id, username }) => ({ value: String(id), label: username ?? String(id) }));
  const submit = async (): Promise<void> => {
    onBegin();
    try {
      await add.mutateAsync(chosen.map(Number));
      setChosen([]);
    } catch {
      // Shown below.
    }
  };
  return (
    <Group
      component="form"
      align="end"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <MultiSelect
        flex={1}
        label="Add users"
        placeholder={chosen.length === 0 ? 'Choose users' : ''}
        data={data}
        value={chosen}
        onChange={setChosen}
        searchable
        nothingFoundMessage="No other user"
        error={users.error?.message}
      />
      <Button type="submit" disabled={chosen.length === 0} loading={add.isPending}>
        Add
      </Button>
      <CopyAs
        operation="workspaces.add_members"
        path={{ workspaceSlug: slug }}
        body={{ userIds: chosen.map(Number) }}
      />
    </Group>
  );
}
