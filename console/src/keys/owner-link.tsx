import { PageLink } from '../page/page-link.tsx';

/** The page of an owner. */
export const OwnerLink = ({ id, name }: { id: string; name: string }) => (
  <PageLink to="/owners/$id" params={{ id }} title={name}>
    {name}
  </PageLink>
);
