import { useQuery } from '@tanstack/react-query';
import { PageLink } from '../page/page-link.tsx';
import { useMay } from '../session/session-queries.ts';
import { ownerNamesQuery } from './owner-queries.ts';

/** An owner of whom a list has the id alone: by name where it is known. */
export function OwnerById({ id }: { id: string }) {
  const isShown = useMay()('keys:read');
  const { data: names = {} } = useQuery({ ...ownerNamesQuery, enabled: isShown });
  if (!isShown) return <>{id}</>;
  return (
    <PageLink to="/owners/$id" params={{ id }} title={id}>
      {names[id] ?? id}
    </PageLink>
  );
}
