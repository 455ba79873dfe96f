import { unwrap } from '@keyward/sdk';
import type { Context } from './context.ts';
import { fromFolder, fromUpload, type DocumentNode } from './document-nodes.ts';
import { badInput, notFound, unlessStatus } from './errors.ts';
import { pageOf, rangeOf, sliced, type PageArguments } from './paging.ts';
import { documentInWorkspace } from './workspaces.ts';

const LOCATIONS_MAX = 1_000;

interface FolderNode {
  name: string;
  items: Parameters<typeof fromFolder>[1];
}

const Query = {
  folders: (_: unknown, __: unknown, { loaders }: Context) => loaders.folders(),
  document: (_: unknown, { location }: { location: string }, { loaders }: Context) =>
    loaders.document(location),
  documents: async (
    _: unknown,
    { folder, ...page }: PageArguments & { folder?: string | null },
    { loaders, upstream }: Context,
  ) => {
    const range = rangeOf(page);
    if (typeof folder !== 'string') {
      const all = (await loaders.folders()).flatMap(({ name, items }) => fromFolder(name, items));
      return sliced(all, page);
    }
    const params = {
      path: { folderName: folder },
      query: { offset: String(range.offset), limit: String(range.limit) },
    };
    const found = await upstream.ask(({ client, signal }) =>
      unlessStatus([404], unwrap(client.GET('/v1/documents/folder/{folderName}', { params, signal }))),
    );
    if (found === undefined) throw notFound(`The folder ${folder}`);
    return pageOf(fromFolder(folder, found.documents), range, found.totalCount);
  },
};

const Mutation = {
  addText: async (
    _: unknown,
    { title, text, workspaces }: { title: string; text: string; workspaces?: readonly string[] | null },
    { upstream, loaders }: Context,
  ) => {
    if (title.trim() === '') throw badInput('title', 'must not be empty; such as Opening hours.');
    if (text.trim() === '') throw badInput('text', 'must not be empty.');
    const body = { textContent: text, metadata: { title }, ...addTo(workspaces) };
    const stored = await upstream.change(({ client, signal }) =>
      unwrap(client.POST('/v1/document/raw-text', { body, signal })),
    );
    loaders.forget();
    return added(stored);
  },

  addLink: async (
    _: unknown,
    { link, workspaces }: { link: string; workspaces?: readonly string[] | null },
    { upstream, loaders }: Context,
  ) => {
    const stored = await upstream.change(({ client, signal }) =>
      client.uploadLink({ link, workspaces: workspaces ?? [] }, { signal }),
    );
    loaders.forget();
    return added(stored);
  },

  changeDocuments: async (
    _: unknown,
    { workspace: slug, add, remove }: { workspace: string; add?: string[] | null; remove?: string[] | null },
    { upstream, loaders }: Context,
  ) => {
    const body = { adds: few('add', add ?? []), deletes: few('remove', remove ?? []) };
    if (body.adds.length + body.deletes.length === 0)
      throw badInput('add', 'must name a document, or remove must: such as ["custom-documents/hours.json"].');
    const params = { path: { slug } };
    const changed = await upstream.change(({ client, signal }) =>
      unlessStatus(
        [400],
        unwrap(client.POST('/v1/workspace/{slug}/update-embeddings', { params, body, signal })),
      ),
    );
    if (changed === undefined) throw notFound(`The workspace ${slug}`);
    loaders.forget();
    const inside = new Map(changed.workspace.documents.map((one) => [one.docpath, one]));
    return {
      workspace: changed.workspace,
      notAdded: body.adds.filter((location) => !inside.has(location)),
      notEmbedded: body.adds.filter((location) => inside.get(location)?.notEmbedded !== undefined),
    };
  },

  pinDocument: async (
    _: unknown,
    { workspace: slug, location, pinned }: { workspace: string; location: string; pinned: boolean },
    { upstream, loaders }: Context,
  ) => {
    const options = { params: { path: { slug } }, body: { docPath: location, pinStatus: pinned } };
    // An unknown workspace is answered with 500 there.
    if ((await loaders.workspace(slug)) === undefined) throw notFound(`The workspace ${slug}`);
    const done = await upstream.change(({ client, signal }) =>
      unlessStatus([404], unwrap(client.POST('/v1/workspace/{slug}/update-pin', { ...options, signal }))),
    );
    loaders.forget();
    const row = (await loaders.embedded(slug)).find(({ docpath }) => docpath === location);
    if (done === undefined || row === undefined)
      throw notFound(`The document ${location} in the workspace ${slug}`);
    return documentInWorkspace(row);
  },

  deleteDocuments: async (
    _: unknown,
    { locations }: { locations: string[] },
    { upstream, loaders }: Context,
  ) => {
    const body = { names: few('locations', locations) };
    await upstream.change(({ client, signal }) =>
      unwrap(client.DELETE('/v1/system/remove-documents', { body, signal })),
    );
    loaders.forget();
    return locations;
  },
};

function few(argument: string, locations: string[]): string[] {
  if (locations.length <= LOCATIONS_MAX) return locations;
  throw badInput(argument, `must have at most ${LOCATIONS_MAX} locations.`);
}

const addTo = (workspaces: readonly string[] | null | undefined) =>
  workspaces === undefined || workspaces === null || workspaces.length === 0
    ? {}
    : { addToWorkspaces: workspaces.join(',') };

const added = ({
  documents,
  error,
}: {
  documents: Parameters<typeof fromUpload>[0][];
  error: string | null;
}) => ({
  documents: documents.map(fromUpload),
  problem: error,
});

const Folder = {
  documentCount: ({ items }: FolderNode) => items.length,
  documents: ({ name, items }: FolderNode, page: PageArguments) => sliced(fromFolder(name, items), page),
};

const Document = {
  __resolveReference: ({ location }: { location: string }, { loaders }: Context) =>
    loaders.document(location),
  pinnedIn: async (document: DocumentNode, _: unknown, { loaders }: Context) => {
    const known = document.pinnedWorkspaces ?? pinnedInTree(document, await loaders.folders());
    if (known.length === 0) return [];
    return (await loaders.all()).filter(({ id }) => known.includes(id));
  },
};

function pinnedInTree({ folder, name }: DocumentNode, folders: readonly FolderNode[]): readonly number[] {
  const items = folders.find((one) => one.name === folder)?.items ?? [];
  return items.find((item) => item.name === name)?.pinnedWorkspaces ?? [];
}

export const documentResolvers = { Query, Mutation, Folder, Document };
