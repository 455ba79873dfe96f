import { Alert, Group, Skeleton } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { columnsOf, DataTable } from '../page/data-table.tsx';
import { Page, Section } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { State } from '../page/state.tsx';
import { Time } from '../page/time.tsx';
import { sessionQuery } from '../session/session-queries.ts';
import { AddPerson } from './add-person.tsx';
import { InviteButton, Invites } from './invites.tsx';
import { PersonActions, RoleSelect } from './person-actions.tsx';
import { peopleQuery, type Person } from './people-queries.ts';

/** Accounts and invites. */
export function PeoplePage() {
  const { mode } = useSuspenseQuery(sessionQuery).data;
  return mode === 'multi-user' ? <People /> : <NoPeople />;
}

const NoPeople = () => (
  <Page title="People">
    <Alert title="This instance has no accounts">
      One person uses it, with a key or a password.{' '}
      <PageLink to="/welcome">Give several people an account</PageLink>
    </Alert>
  </Page>
);

function People() {
  const people = useQuery(peopleQuery);
  return (
    <Page
      title="People"
      description="Who can sign in here, and as what."
      actions={
        <Group>
          <InviteButton />
          <AddPerson />
        </Group>
      }
    >
      <Problem error={people.error} onRetry={() => void people.refetch()} />
      {people.isPending && <Skeleton height={160} />}
      {people.data !== undefined && (
        <DataTable label="People" columns={COLUMNS} rows={people.data} rowId={({ id }) => String(id)} />
      )}
      <Section title="Invites">
        <Invites />
      </Section>
    </Page>
  );
}

const COLUMNS = columnsOf<Person>(
  ['Username', ({ username }) => username],
  ['Role', (person) => <RoleSelect person={person} />],
  [
    'State',
    ({ suspended }) =>
      suspended === 0 ? <State tone="good">active</State> : <State tone="bad">suspended</State>,
  ],
  ['Messages a day', ({ dailyMessageLimit }) => dailyMessageLimit ?? 'any number'],
  ['Since', ({ createdAt }) => <Time at={createdAt} />],
  ['Actions', (person) => <PersonActions person={person} />],
);
