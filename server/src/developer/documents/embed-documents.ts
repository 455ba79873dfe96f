import type { TObject, TSchema } from 'typebox';
import { named, placeOf, type AddedDocument } from '../../documents/index.ts';
import type { Attached } from '../../retrieval/index.ts';
import { targetOf, type Workspace } from '../../workspaces/index.ts';
import { accountsOf } from '../../models/index.ts';
import type { Call } from '../../http/index.ts';
import type { DocumentServices } from '../services.ts';

type Caller = Pick<Call<TObject, TObject, TSchema, 'any'>, 'caller' | 'countsItself'>;

/** Embeds documents that the caller sees into a workspace, on the caller's account, with audit records. */
export async function embed(
  services: DocumentServices,
  call: Caller,
  { workspace, locations }: { workspace: Workspace; locations: readonly string[] },
): Promise<Attached> {
  const { documents, retrieval } = services;
  const { caller } = call;
  return retrieval.attach(workspace.id, locations, {
    viewer: await documents.viewer(caller),
    payer: { account: accountsOf(services, call, { isAside: true }) },
    alongside: (tx, { location }) =>
      documents.record(tx, caller, changeOf('workspaces.embed', workspace, [location])),
  });
}

/** @returns the locations that were not in the workspace. */
export async function unembed(
  { documents, retrieval }: DocumentServices,
  { caller }: Caller,
  { workspace, locations }: { workspace: Workspace; locations: readonly string[] },
): Promise<string[]> {
  const removed = new Set<string>();
  await retrieval.detach(workspace.id, locations, async (tx, gone) => {
    for (const location of gone) removed.add(location);
    await documents.record(tx, caller, changeOf('workspaces.unembed', workspace, gone));
  });
  return locations.filter((location) => !removed.has(plainLocation(location)));
}

function plainLocation(location: string): string {
  const place = placeOf(location);
  return place === undefined ? location : `${place.folder}/${place.name}`;
}

export const changeOf = (action: string, workspace: Workspace, locations: readonly string[]) => ({
  action,
  target: targetOf(workspace),
  details: { slug: workspace.slug, ...named(locations) },
});

/**
 * Embeds new documents into workspaces.
 * @returns why a document is not in one of them.
 */
export async function embedUploads(
  services: DocumentServices,
  call: Caller,
  { slugs, brought }: { slugs: readonly string[]; brought: readonly AddedDocument[] },
): Promise<string | null> {
  const reasons: string[] = [];
  let missing = 0;
  for (const slug of slugs) {
    const workspace = await services.workspaces.findCovered(call.caller, slug);
    if (workspace === undefined) {
      missing = brought.length;
      reasons.push(`${slug}: There is no such workspace.`);
      continue;
    }
    const locations = await locationsFor(services, workspace, brought);
    const { attached, failed } = await embed(services, call, { workspace, locations });
    missing = Math.max(missing, locations.length - attached.length);
    const [first] = failed;
    if (first !== undefined) reasons.push(`${slug}: ${first.error}`);
  }
  if (reasons.length === 0) return null;
  const [only] = brought;
  const what =
    brought.length === 1 && only !== undefined
      ? `${only.document.metadata.title} was`
      : `${missing} of ${brought.length} documents were`;
  return `${what} stored but not embedded into ${reasons.join(' ')}`;
}

/** Of the copies of a document, the one that the workspace holds already. */
async function locationsFor(
  { documents, storage }: DocumentServices,
  workspace: Workspace,
  brought: readonly AddedDocument[],
): Promise<string[]> {
  const copies = brought.flatMap(({ copies = [] }) => (copies.length > 1 ? copies.map(({ id }) => id) : []));
  const members = await documents.memberships(storage.db, copies);
  const inside = new Set(
    members.filter((one) => one.collectionId === workspace.id).map(({ documentId }) => documentId),
  );
  return brought.map(
    ({ document, copies = [] }) => (copies.find(({ id }) => inside.has(id)) ?? document).location,
  );
}
