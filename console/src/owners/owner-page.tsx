import { Box, Button, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useNavigateHere } from '../app/navigate-here.ts';
import { useState } from 'react';
import { BoundBars } from '../keys/holdings/bound-bars.tsx';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { CopyAs } from '../page/copy-as.tsx';
import { acknowledgedText, noticeDone, noticeFailure } from '../page/done-notice.tsx';
import { Page, Section } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { useMay } from '../session/session-queries.ts';
import { changeOf, draftOf, updateCommand, type Owner, type OwnerDraft } from './owner-draft.ts';
import { OwnerForm } from './owner-form.tsx';
import { OwnerState } from './owner-state.tsx';
import {
  ownerBoundsQuery,
  ownerQuery,
  useChangeOwner,
  useDeleteOwner,
  useSaveOwner,
} from './owner-queries.ts';

const LOADING_PX = 44;

/** One owner: what it has spent, its bounds, and the ways to stop it. */
export function OwnerPage() {
  const { id } = useParams({ from: '/frame/owners/$id' });
  const owner = useQuery(ownerQuery(id));
  if (owner.data === undefined)
    return (
      <Page title="Owner">
        {owner.isPending && <Skeleton height={320} />}
        <Problem error={owner.error} onRetry={() => void owner.refetch()} />
      </Page>
    );
  return <OneOwner owner={owner.data} />;
}

function OneOwner({ owner }: { owner: Owner }) {
  const { id, name, state, limits, budgets } = owner;
  const may = useMay();
  return (
    <Page title={name} actions={may('owners:manage') && <Actions owner={owner} />}>
      <Group>
        <OwnerState state={state} />
        <PageLink to="/keys" search={{ owner: id }}>
          Its keys
        </PageLink>
      </Group>
      {limits.length + budgets.length > 0 && <Bounds owner={owner} />}
      {may('owners:manage') && <Settings owner={owner} />}
    </Page>
  );
}

/** How much all its keys together have used. */
function Bounds({ owner }: { owner: Owner }) {
  const bounds = useQuery(ownerBoundsQuery(owner.id));
  return (
    <Box maw={720}>
      <Section title="Used by all its keys together">
        <Problem error={bounds.error} onRetry={() => void bounds.refetch()} />
        {bounds.isPending && <Skeleton height={LOADING_PX} />}
        {bounds.data !== undefined && (
          <BoundBars limits={bounds.data.limits_left} budgets={bounds.data.budgets} set={owner.limits} />
        )}
      </Section>
    </Box>
  );
}

function Settings({ owner }: { owner: Owner }) {
  const before = draftOf(owner);
  // Only what the person has changed: the rest is as it is now, also after somebody else's change.
  const [edits, setEdits] = useState<Partial<OwnerDraft>>({});
  const draft = { ...before, ...edits };
  // The owner as it was when the form was first changed: lists are sent whole.
  const [start, setStart] = useState(before);
  const change = useSaveOwner(owner.id);
  const body = changeOf(before, draft);
  const isUnchanged = Object.keys(body).length === 0;
  const submit = (): void =>
    change.mutate(
      { body, start },
      {
        onSuccess: ({ acknowledged, owner: changed }) => {
          setEdits({});
          noticeDone({
            title: `${draft.name.trim()} was changed`,
            message: acknowledgedText(acknowledged),
            undo: () => change.mutateAsync({ body: changeOf(draft, before), start: draftOf(changed) }),
          });
        },
      },
    );
  const edit = (some: Partial<OwnerDraft>): void => {
    if (Object.keys(edits).length === 0) setStart(before);
    setEdits((was) => ({ ...was, ...some }));
  };
  return (
    <OwnerForm
      draft={draft}
      onChange={edit}
      onSubmit={submit}
      action={change}
      isUnchanged={isUnchanged}
      onDiscard={() => {
        change.reset();
        setEdits({});
      }}
      submitLabel="Save"
    >
      {!isUnchanged && (
        <CopyAs
          operation="owners.update"
          path={{ id: owner.id }}
          body={body}
          cli={updateCommand(owner.id, body)}
        />
      )}
    </OwnerForm>
  );
}

function Actions({ owner: { id, name, state } }: { owner: Owner }) {
  const change = useChangeOwner(id);
  const remove = useDeleteOwner(id);
  const navigate = useNavigateHere();
  const suspension = {
    ...change,
    mutateAsync: async () => {
      const { acknowledged } = await change.mutateAsync({ state: 'suspended' });
      noticeDone({
        title: `${name} is suspended`,
        message: acknowledgedText(acknowledged),
        undo: () => change.mutateAsync({ state: 'active' }),
      });
    },
  };
  const deletion = {
    ...remove,
    mutateAsync: async () => {
      const { acknowledged } = await remove.mutateAsync();
      noticeDone({ title: `${name} was deleted`, message: acknowledgedText(acknowledged) });
      await navigate({ to: '/owners' });
    },
  };
  return (
    <>
      {state === 'active' ? (
        <ConfirmButton
          label="Suspend"
          title={`Suspend ${name}?`}
          action={suspension}
          copyAs={{
            operation: 'owners.update',
            path: { id },
            body: { state: 'suspended' },
            cli: ['owners', 'suspend', id],
          }}
        >
          <Text size="sm">
            No key of this owner works until you end the suspension. What they are doing ends at once.
          </Text>
        </ConfirmButton>
      ) : (
        <Button
          variant="default"
          loading={change.isPending}
          onClick={() =>
            change.mutate(
              { state: 'active' },
              {
                onSuccess: () => noticeDone({ title: `${name} is active again` }),
                onError: (error) => noticeFailure('The suspension stays', error),
              },
            )
          }
        >
          End the suspension
        </Button>
      )}
      <ConfirmButton
        label="Delete"
        title={`Delete ${name}?`}
        action={deletion}
        copyAs={{ operation: 'owners.delete', path: { id }, cli: ['owners', 'delete', id] }}
      >
        <Text size="sm">All its keys are revoked. This cannot be undone.</Text>
      </ConfirmButton>
    </>
  );
}
