import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { CopyAs } from '../page/copy-as.tsx';
import { acknowledgedText, noticeDone } from '../page/done-notice.tsx';
import { LabelledBar } from '../page/labelled-bar.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { useMay } from '../session/session-queries.ts';
import { OwnerForm, type OwnerFields } from './owner-form.tsx';
import { OwnerState } from './owner-state.tsx';
import { ownerQuery, useChangeOwner, useDeleteOwner, type Owner } from './owner-queries.ts';

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
  return <OneOwner key={id} owner={owner.data} />;
}

function OneOwner({ owner }: { owner: Owner }) {
  const { id, name, state, budgets } = owner;
  const may = useMay();
  return (
    <Page title={name} actions={may('owners:manage') && <Actions owner={owner} />}>
      <Group>
        <OwnerState state={state} />
        <PageLink to="/keys" search={{ owner: id }}>
          Its keys
        </PageLink>
      </Group>
      {budgets.length > 0 && (
        <Stack gap="xs" maw={720}>
          {budgets.map((budget) => (
            <LabelledBar
              key={budget.name}
              label={`${budget.name}, each ${budget.period}`}
              used={Number(budget.used)}
              of={Number(budget.amount)}
              unit={budget.unit.replaceAll('_', ' ')}
            />
          ))}
        </Stack>
      )}
      {may('owners:manage') && <Settings owner={owner} />}
    </Page>
  );
}

function Settings({ owner }: { owner: Owner }) {
  const [fields, setFields] = useState<OwnerFields>(() => ({
    name: owner.name,
    kind: owner.kind,
    limits: owner.limits,
    budgets: owner.budgets.map(({ name, unit, amount, period }) => ({ name, unit, amount, period })),
  }));
  const change = useChangeOwner(owner.id);
  const submit = (): void =>
    change.mutate(fields, { onSuccess: () => noticeDone({ title: `${fields.name} was changed` }) });
  return (
    <OwnerForm fields={fields} onChange={setFields} onSubmit={submit} action={change} submitLabel="Save">
      <CopyAs
        operation="owners.update"
        path={{ id: owner.id }}
        body={fields}
        cli={['owners', 'update', owner.id, '--name', fields.name]}
      />
    </OwnerForm>
  );
}

function Actions({ owner: { id, name, state } }: { owner: Owner }) {
  const change = useChangeOwner(id);
  const remove = useDeleteOwner(id);
  const navigate = useNavigate();
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
        <ConfirmButton label="Suspend" title={`Suspend ${name}?`} action={suspension}>
          <Text size="sm">
            No key of this owner works until you end the suspension. What they are doing ends at once.
          </Text>
        </ConfirmButton>
      ) : (
        <Button
          variant="default"
          loading={change.isPending}
          onClick={() => change.mutate({ state: 'active' })}
        >
          End the suspension
        </Button>
      )}
      <ConfirmButton label="Delete" title={`Delete ${name}?`} action={deletion}>
        <Text size="sm">All its keys are revoked. This cannot be undone.</Text>
      </ConfirmButton>
    </>
  );
}
