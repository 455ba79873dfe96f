import { useQuery } from '@tanstack/react-query';
import { PageLink } from '../../page/page-link.tsx';
import { peopleQuery } from '../../people/people-queries.ts';
import { useMay } from '../../session/session-queries.ts';

const NAMES: Record<string, string> = {
  cli: 'the command line on the machine',
  system: 'Keyward',
  anonymous: 'somebody without a key',
  admin: 'an administrator',
};

/** Who did something, as the audit record has it: a key, a user, the command line, the system. */
export function ActorName({ actor }: { actor: string }) {
  const key = /^(?:key:)?(key_\w+)$/.exec(actor)?.[1];
  const user = /^user:(\d+)$/.exec(actor)?.[1];
  if (user !== undefined) return <UserName id={user} />;
  if (key === undefined) return <>{NAMES[actor] ?? actor}</>;
  return (
    <PageLink to="/keys/$id" params={{ id: key }}>
      {key}
    </PageLink>
  );
}

const FRESH_MS = 60_000;

/** A person; one who was deleted, or whom the reader may not see, by number. */
function UserName({ id }: { id: string }) {
  const enabled = useMay()('users:manage');
  const { data: people } = useQuery({ ...peopleQuery, staleTime: FRESH_MS, enabled });
  return <>{people?.find((one) => String(one.id) === id)?.username ?? `user ${id}`}</>;
}
