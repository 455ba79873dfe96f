import type { Static, TObject, TSchema } from 'typebox';
import type { Scope } from '../../access/index.ts';
import { named, placeOf, type AddedDocument, type AddOptions } from '../../documents/index.ts';
import type { Attached, AttachOptions, RequestHold } from '../../retrieval/index.ts';
import { targetOf, type Workspace } from '../../workspaces/index.ts';
import { accountsOf } from '../../models/index.ts';
import type { Call } from '../../http/index.ts';
import type { DocumentServices } from '../services.ts';
import { AGAIN, LATER, viewPending, type PendingDocument } from './pending-documents.ts';

type Caller = Pick<Call<TObject, TObject, TSchema, 'any'>, 'caller' | 'countsItself'>;

interface Embedding {
  workspace: Workspace;
  locations: readonly string[];
  /** To change the workspace: the key must still hold it where documents have to wait. */
  scope: Scope;
  hold?: RequestHold | undefined;
  mayWait?: boolean;
}

/** Embeds documents that the caller sees into a workspace, on the caller's account, with audit records. */
export async function embed(
  services: DocumentServices,
  call: Caller,
  { workspace, locations, scope, hold, mayWait = true }: Embedding,
): Promise<Attached> {
  const { documents, retrieval } = services;
  return retrieval.attach(workspace.id, locations, {
    viewer: await documents.viewer(call.caller),
    payer: payerOf(services, call),
    ...recorded(services, call, { workspace, scope }),
    hold,
    mayWait,
  });
}

const payerOf = (services: DocumentServices, call: Caller) => ({
  account: accountsOf(services, call, { isAside: true }),
});

/** The key that embeds documents, and the audit records of what it changes. */
function recorded(
  { documents }: DocumentServices,
  { caller }: Caller,
  { workspace, scope }: Pick<Embedding, 'workspace' | 'scope'>,
): Pick<AttachOptions, 'asker' | 'alongside' | 'undo'> {
  const record =
    (action: string): AttachOptions['alongside'] =>
    (tx, { location }) =>
      documents.record(tx, caller, changeOf(action, workspace, [location]));
  return {
    asker: { keyId: caller.keyId, scope },
    alongside: record('workspaces.embed'),
    undo: record('workspaces.unembed'),
  };
}

/**
 * Stores new documents, which are in their workspaces and pending from the transaction that stores them: if this process dies
 * before they are embedded, they are embedded all the same.
 * @param work stores them, and embeds them under the hold.
 */
export async function storing<T>(
  services: DocumentServices,
  call: Caller,
  { slugs, scope }: Pick<Uploads, 'slugs' | 'scope'>,
  work: (hold: RequestHold | undefined, alongside: AddOptions['alongside']) => Promise<T>,
): Promise<T> {
  if (slugs.length === 0) return work(undefined, undefined);
  const covered = slugs.map((slug) => services.workspaces.findCovered(call.caller, slug));
  const workspaces = (await Promise.all(covered)).filter((workspace) => workspace !== undefined);
  const hold = await services.retrieval.hold(payerOf(services, call));
  try {
    return await work(hold, (tx, documents) =>
      hold.take(
        tx,
        workspaces.map((workspace) => ({
          ...recorded(services, call, { workspace, scope }),
          collectionId: workspace.id,
          documents,
        })),
      ),
    );
  } finally {
    await hold.end();
  }
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

interface Uploads {
  slugs: readonly string[];
  brought: readonly AddedDocument[];
  /** To change the workspace: the key must still hold it where documents have to wait. */
  scope: Scope;
  hold?: RequestHold | undefined;
}

export interface EmbeddedUploads {
  /** Why a document is not in one of the workspaces; undefined: it is in all. */
  refused: string | undefined;
  /** Why documents wait for their vectors; undefined: none does. */
  waits: string | undefined;
  pending: Static<typeof PendingDocument>[];
}

/** Embeds new documents into workspaces. */
export async function embedUploads(
  services: DocumentServices,
  call: Caller,
  { slugs, brought, ...how }: Uploads,
): Promise<EmbeddedUploads> {
  const reasons: string[] = [];
  const pending: EmbeddedUploads['pending'] = [];
  let missing = 0;
  for (const slug of slugs) {
    const workspace = await services.workspaces.findCovered(call.caller, slug);
    if (workspace === undefined) {
      missing = brought.length;
      reasons.push(`${slug}: There is no such workspace.`);
      continue;
    }
    const locations = await locationsFor(services, workspace, brought);
    // Once for all workspaces: the vectors are the same.
    const mayWait = pending.length === 0;
    const done = await embed(services, call, { ...how, workspace, locations, mayWait });
    pending.push(...done.pending.map((one) => viewPending(one, slug)));
    missing = Math.max(missing, locations.length - done.attached.length - done.pending.length);
    const [first] = done.failed;
    if (first !== undefined) reasons.push(`${slug}: ${first.error}`);
  }
  const refused =
    reasons.length === 0
      ? undefined
      : `${whatOf(brought, missing)} stored but not embedded into ${reasons.join(' ')}`;
  return { refused, waits: waitingWords(brought, pending), pending };
}

const ALL_LATER = 'They are embedded as soon as they can be.';

/** @returns its title, or how many of them. */
function whatOf(brought: readonly AddedDocument[], count: number): string {
  const [only] = brought;
  return brought.length === 1 && only !== undefined
    ? `${only.document.metadata.title} was`
    : `${count} of ${brought.length} documents were`;
}

function waitingWords(
  brought: readonly AddedDocument[],
  pending: EmbeddedUploads['pending'],
): string | undefined {
  const [first] = pending;
  if (first === undefined) return undefined;
  const slugs = [...new Set(pending.map(({ workspace }) => workspace))].join(', ');
  const count = new Set(pending.map(({ location }) => location)).size;
  const what = `${whatOf(brought, count)} stored in ${slugs}`;
  if (first.status === 'failed') return `${what} and could not be embedded: ${first.reason} ${AGAIN}`;
  const [waits, later] = brought.length === 1 ? ['waits', LATER] : ['wait', ALL_LATER];
  return `${what} and ${waits} to be embedded: ${first.reason} ${later}`;
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
