import { unwrap, type components } from '@keyward/sdk';
import DataLoader from 'dataloader';
import {
  fromEmbedded,
  fromFolder,
  locationParts,
  type DocumentNode,
  type EmbeddedRow,
} from './document-nodes.ts';
import { unlessStatus } from './errors.ts';
import type { Upstream } from './upstream.ts';

type Schemas = components['schemas'];
export type WorkspaceNode = Schemas['Workspace'];
export interface ThreadNode {
  workspaceSlug: string;
  slug: string;
  name: string;
}

/**
 * The look-ups of one GraphQL request. What is asked for in the same tick goes upstream as one call, and nothing is asked
 * for twice.
 */
export class Loaders {
  readonly #upstream: Upstream;
  #all: Promise<Schemas['WorkspaceInList'][]> | undefined;
  #tree: Promise<Schemas['DocumentFolder'][]> | undefined;
  readonly #single = new Map<string, Promise<Schemas['WorkspaceWithDocuments'] | undefined>>();
  readonly #workspaces: DataLoader<string, WorkspaceNode | undefined>;
  readonly #documents: DataLoader<string, DocumentNode | undefined>;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#workspaces = new DataLoader((slugs) => this.#workspacesBy(slugs));
    this.#documents = new DataLoader((locations) => this.#documentsAt(locations));
  }

  /** All that the key covers, with their threads: one call. */
  all(): Promise<Schemas['WorkspaceInList'][]> {
    return (this.#all ??= this.#upstream.ask(async ({ client, signal }) => {
      return (await unwrap(client.GET('/v1/workspaces', { signal }))).workspaces;
    }));
  }

  /** All folders with their documents: one call. */
  folders(): Promise<Schemas['DocumentFolder'][]> {
    return (this.#tree ??= this.#upstream.ask(async ({ client, signal }) => {
      const answer = await unwrap(client.GET('/v1/documents', { signal }));
      return 'localFiles' in answer ? answer.localFiles.items : [];
    }));
  }

  workspace(slug: string): Promise<WorkspaceNode | undefined> {
    return this.#workspaces.load(slug);
  }

  /** The rows of a workspace's documents; the Developer API gives them one workspace at a time. */
  async embedded(slug: string): Promise<EmbeddedRow[]> {
    const rows = (await this.#one(slug))?.documents ?? [];
    for (const row of rows) this.#documents.prime(row.docpath, fromEmbedded(row));
    return rows;
  }

  async threads(slug: string): Promise<ThreadNode[]> {
    const workspace = (await this.all()).find((one) => one.slug === slug);
    return (workspace?.threads ?? []).map((thread) => ({ workspaceSlug: slug, ...thread }));
  }

  document(location: string): Promise<DocumentNode | undefined> {
    return this.#documents.load(location);
  }

  /** After a change: what was read before it is old. */
  forget(): void {
    this.#all = undefined;
    this.#tree = undefined;
    this.#single.clear();
    this.#workspaces.clearAll();
    this.#documents.clearAll();
  }

  #one(slug: string): Promise<Schemas['WorkspaceWithDocuments'] | undefined> {
    const known = this.#single.get(slug);
    if (known !== undefined) return known;
    const asked = this.#upstream.ask(async ({ client, signal }) => {
      const params = { path: { slug } };
      return (await unwrap(client.GET('/v1/workspace/{slug}', { params, signal }))).workspace[0];
    });
    this.#single.set(slug, asked);
    return asked;
  }

  /** One is asked for by its slug; several are taken from the list of all. */
  async #workspacesBy(slugs: readonly string[]): Promise<(WorkspaceNode | undefined)[]> {
    const [only] = slugs;
    if (slugs.length === 1 && only !== undefined && this.#all === undefined) return [await this.#one(only)];
    const bySlug = new Map((await this.all()).map((workspace) => [workspace.slug, workspace]));
    return slugs.map((slug) => bySlug.get(slug));
  }

  /** Of one folder, that folder is asked for; of several, all. */
  async #documentsAt(locations: readonly string[]): Promise<(DocumentNode | undefined)[]> {
    const places = locations.map(locationParts);
    const folders = new Set(places.flatMap((place) => (place === undefined ? [] : [place.folder])));
    const [only] = folders;
    if (only === undefined) return locations.map(() => undefined);
    const items =
      folders.size === 1 && this.#tree === undefined
        ? fromFolder(only, await this.#folder(only))
        : (await this.folders()).flatMap(({ name, items }) =>
            folders.has(name) ? fromFolder(name, items) : [],
          );
    const byLocation = new Map(items.map((item) => [item.location, item]));
    return locations.map((location) => byLocation.get(location));
  }

  async #folder(folderName: string): Promise<Schemas['DocumentItem'][]> {
    return this.#upstream.ask(async ({ client, signal }) => {
      const params = { path: { folderName } };
      const call = client.GET('/v1/documents/folder/{folderName}', { params, signal });
      return (await unlessStatus([404], unwrap(call)))?.documents ?? [];
    });
  }
}
