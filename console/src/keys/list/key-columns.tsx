import { Text } from '@mantine/core';
import { PageLink } from '../../page/page-link.tsx';
import { columnsOf } from '../../page/data-table.tsx';
import { Time } from '../../page/time.tsx';
import type { Key } from '../holdings/draft.ts';
import { summaryOf } from '../holdings/tasks.ts';
import { OwnerLink } from '../owner-link.tsx';
import { StateBadge } from '../state-badge.tsx';

/** The columns of a table of keys. */
export const KEY_COLUMNS = columnsOf<Key>(
  [
    'Name',
    ({ id, name }) => (
      <PageLink to="/keys/$id" params={{ id }} fw={500} title={name}>
        {name}
      </PageLink>
    ),
  ],
  ['Owner', ({ owner }) => <OwnerLink {...owner} />],
  ['State', ({ state }) => <StateBadge state={state} />],
  ['May', ({ scopes, role }) => <Summary text={role === 'client' ? 'client' : summaryOf(scopes)} />],
  ['Last used', ({ last_used_at }) => <Time at={last_used_at} />],
  ['Expires', ({ expires_at }) => <Time at={expires_at} />],
);

const Summary = ({ text }: { text: string }) => (
  <Text size="sm" lh="inherit" maw={280} truncate title={text}>
    {text}
  </Text>
);
