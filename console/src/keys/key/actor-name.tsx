import { PageLink } from '../../page/page-link.tsx';

const NAMES: Record<string, string> = {
  cli: 'the command line on the machine',
  system: 'Keyward',
  anonymous: 'somebody without a key',
  admin: 'an administrator',
};

/** Who did something, as the audit record has it: a key, a user, the command line, the system. */
export function ActorName({ actor }: { actor: string }) {
  const id = /^(?:key:)?(key_\w+)$/.exec(actor)?.[1];
  if (id === undefined) return <>{NAMES[actor] ?? actor.replace(/^user:/, 'user ')}</>;
  return (
    <PageLink to="/keys/$id" params={{ id }}>
      {id}
    </PageLink>
  );
}
