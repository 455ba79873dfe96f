import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ADDRESS } from '../api/client.ts';
import { CopyAs } from '../page/copy-as.tsx';
import { CopyButton } from '../page/copy-button.tsx';
import { columnsOf, DataTable } from '../page/data-table.tsx';
import { noticeFailure } from '../page/done-notice.tsx';
import { Problem } from '../page/problem.tsx';
import { State } from '../page/state.tsx';
import { Time } from '../page/time.tsx';
import { invitesQuery, useDisableInvite, useInvite, type Invite } from './people-queries.ts';

/** Makes a link with which one person makes an account. */
export function InviteButton() {
  const invite = useInvite();
  const link = invite.data === undefined ? '' : `${ADDRESS}/invite/${invite.data}`;
  return (
    <>
      <Button
        variant="default"
        loading={invite.isPending}
        onClick={() =>
          invite.mutate(undefined, { onError: (error) => noticeFailure('Nobody was invited', error) })
        }
      >
        Invite somebody
      </Button>
      <Modal
        opened={invite.isSuccess}
        onClose={invite.reset}
        title="A link for one person"
        closeOnClickOutside={false}
      >
        <Stack>
          <Text size="sm">
            Send it to the person whom you invite. It makes one account with the role member, and then ends.
          </Text>
          <Code
            block
            tabIndex={0}
            aria-label="Link of the invite"
            style={{ wordBreak: 'break-all', whiteSpace: 'pre-wrap' }}
          >
            {link}
          </Code>
          <Group justify="space-between">
            <CopyButton text={link} label="Copy the link" variant="filled" data-autofocus />
            <CopyAs operation="users.invite" body={{}} cli={['invites', 'create']} />
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

const NONE = { rows: [], hasMore: false };

/** Invites, without their codes. */
export function Invites() {
  const invites = useQuery(invitesQuery);
  const { rows, hasMore } = invites.data ?? NONE;
  return (
    <>
      <Problem error={invites.error} />
      {invites.isSuccess && rows.length === 0 && <Text size="sm">Nobody was invited yet.</Text>}
      {rows.length > 0 && (
        <DataTable label="Invites" columns={COLUMNS} rows={rows} rowId={({ id }) => String(id)} />
      )}
      {hasMore && (
        <Text size="sm">These are the newest {rows.length.toLocaleString()}. There are older ones.</Text>
      )}
    </>
  );
}

const nameOf = (by: Invite['createdBy']): string =>
  by === null ? '' : typeof by === 'number' ? 'a key' : by.username;

const InviteState = ({ status }: Pick<Invite, 'status'>) => (
  <State tone={status === 'pending' ? 'busy' : status === 'claimed' ? 'good' : 'idle'}>
    {status === 'claimed' ? 'accepted' : status}
  </State>
);

const COLUMNS = columnsOf<Invite>(
  ['Invite', ({ id }) => id],
  ['State', ({ status }) => <InviteState status={status} />],
  ['Made', ({ createdAt }) => <Time at={createdAt} />],
  ['By', ({ createdBy }) => nameOf(createdBy)],
  ['Accepted by', ({ claimedBy }) => nameOf(claimedBy)],
  ['Actions', (invite) => invite.status === 'pending' && <EndInvite id={invite.id} />],
);

function EndInvite({ id }: { id: number }) {
  const disable = useDisableInvite();
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`End invite ${id}`}
      loading={disable.isPending}
      onClick={() =>
        disable.mutate(id, { onError: (error) => noticeFailure('The invite still holds', error) })
      }
    >
      End
    </Button>
  );
}
