import type { components } from '@keyward/sdk';
import { Badge, Skeleton, Spoiler, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Section } from '../../page/page.tsx';
import { PageButton } from '../../page/page-controls.tsx';
import { Problem } from '../../page/problem.tsx';
import { Time } from '../../page/time.tsx';
import { useMay } from '../../session/session-queries.ts';
import type { Key } from '../holdings/draft.ts';
import { scopeWords } from '../holdings/scopes.ts';
import { scopesQuery } from '../key-queries.ts';
import { counted } from '../../page/count-text.ts';

type KeyScopes = components['schemas']['KeyScopes'];

const LOADING_PX = 160;
/** About eight scopes. */
const SHOWN_PX = 420;
/** The record has days, in UTC. */
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });

/** Which of its scopes the key uses, and the way to take the others away. */
export function ScopesSection({ keyRecord: { id, state } }: { keyRecord: Key }) {
  const may = useMay();
  const scopes = useQuery(scopesQuery(id));
  const read = scopes.data;
  const canNarrow = may('keys:write') && state !== 'revoked' && read !== undefined && isNarrower(read);
  return (
    <Section
      title="Use of its scopes"
      actions={
        canNarrow && (
          <PageButton
            variant="default"
            size="xs"
            to="/keys/$id"
            params={{ id }}
            search={{ tab: 'access', narrow: true }}
          >
            Take the unused scopes away
          </PageButton>
        )
      }
    >
      <Problem error={scopes.error} onRetry={() => void scopes.refetch()} />
      {scopes.isPending && <Skeleton height={LOADING_PX} />}
      {read !== undefined && (
        <>
          <Text size="sm" c="dimmed">
            <Finding {...read} />
          </Text>
          <Spoiler maxHeight={SHOWN_PX} showLabel="Show all scopes" hideLabel="Show fewer">
            <Uses scopes={read.scopes} days={read.unused_after_days} />
          </Spoiler>
        </>
      )}
    </Section>
  );
}

/** A key without any scope cannot be: one that uses none is to be revoked. */
const isNarrower = ({ scopes, narrowed }: KeyScopes): boolean =>
  narrowed.length > 0 && scopes.some(({ unused }) => unused);

function Finding({ scopes, narrowed, recorded_since: since, unused_after_days: days }: KeyScopes) {
  const unused = scopes.filter((one) => one.unused).length;
  if (unused > 0 && narrowed.length === 0)
    return (
      <>
        No request needed any of its scopes in the last {counted(days, 'day')}. Revoke it if nobody needs it.
      </>
    );
  if (unused > 0)
    return (
      <>
        No request needed {unused} of its {counted(scopes.length, 'scope')} in the last {counted(days, 'day')}
        .
      </>
    );
  if (Date.parse(since) > Date.now() - days * 86_400_000)
    return (
      <>
        Recorded since <Time at={since} />. A scope is called unused after {counted(days, 'day')} without a
        request that needs it.
      </>
    );
  return <>Requests needed each of its scopes in the last {counted(days, 'day')}.</>;
}

const Uses = ({ scopes, days }: { scopes: KeyScopes['scopes']; days: number }) => (
  <Table aria-label="Use of its scopes">
    <Table.Thead>
      <Table.Tr>
        <Table.Th scope="col">It may</Table.Th>
        <Table.Th scope="col">Last needed</Table.Th>
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {scopes.map(({ scope, granted_by: grant, last_used_on: on, unused }) => (
        <Table.Tr key={scope}>
          <Table.Td>
            {scopeWords(scope)}
            <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {grant === scope ? scope : `${scope}, by ${grant}`}
            </Text>
          </Table.Td>
          <Table.Td>
            {unused ? (
              <Badge color="orange" variant="light" tt="none">
                never in {counted(days, 'day')}
              </Badge>
            ) : (
              on === null && 'not yet'
            )}
            {on !== null && <Text size="sm">{DAY.format(new Date(on))}</Text>}
          </Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
);
