import { unwrap } from '@keyward/sdk';
import type { Context } from './context.ts';
import { badInput, notFound, unlessStatus } from './errors.ts';
import type { ThreadNode } from './loaders.ts';
import { turnsOf } from './turns.ts';
import { wholeWithin } from './paging.ts';

const TURNS_MAX = 1_000;

interface ThreadArguments {
  workspace: string;
  slug: string;
}

const find = async (workspace: string, slug: string, { loaders }: Context): Promise<ThreadNode | undefined> =>
  (await loaders.threads(workspace)).find((thread) => thread.slug === slug);

const Query = {
  thread: (_: unknown, { workspace, slug }: ThreadArguments, context: Context) =>
    find(workspace, slug, context),
};

const Mutation = {
  createThread: async (
    _: unknown,
    { workspace, name, slug }: { workspace: string; name?: string | null; slug?: string | null },
    { upstream, loaders }: Context,
  ) => {
    const params = { path: { slug: workspace } };
    const body = { ...(name ? { name } : {}), ...(slug ? { slug } : {}) };
    const made = await upstream.change(({ client, signal }) =>
      unlessStatus([400], unwrap(client.POST('/v1/workspace/{slug}/thread/new', { params, body, signal }))),
    );
    if (made === undefined) throw notFound(`The workspace ${workspace}`);
    if (made.thread === null)
      throw badInput('slug', 'must be one that no thread has yet. Leave it out for a random one.');
    loaders.forget();
    return threadOf(workspace, made.thread);
  },

  renameThread: async (
    _: unknown,
    { workspace, slug, name }: ThreadArguments & { name: string },
    { upstream, loaders }: Context,
  ) => {
    if (name.trim() === '') throw badInput('name', 'must not be empty; such as Opening hours.');
    const options = { params: { path: { slug: workspace, threadSlug: slug } }, body: { name } };
    const renamed = await upstream.change(({ client, signal }) =>
      unlessStatus(
        [404],
        unwrap(client.POST('/v1/workspace/{slug}/thread/{threadSlug}/update', { ...options, signal })),
      ),
    );
    if (renamed?.thread === undefined || renamed.thread === null)
      throw notFound(`The thread ${slug} of the workspace ${workspace}`);
    loaders.forget();
    return threadOf(workspace, renamed.thread);
  },

  deleteThread: async (_: unknown, { workspace, slug }: ThreadArguments, { upstream, loaders }: Context) => {
    const params = { path: { slug: workspace, threadSlug: slug } };
    const removed = await upstream.change(({ client, signal }) =>
      unlessStatus(
        [400],
        client.DELETE('/v1/workspace/{slug}/thread/{threadSlug}', { params, parseAs: 'text', signal }),
      ),
    );
    if (removed === undefined) throw notFound(`The workspace ${workspace}`);
    loaders.forget();
    return slug;
  },
};

const threadOf = (workspaceSlug: string, { slug, name }: { slug: string; name: string }): ThreadNode => ({
  workspaceSlug,
  slug,
  name,
});

const Thread = {
  __resolveReference: ({ workspaceSlug, slug }: ThreadNode, context: Context) =>
    find(workspaceSlug, slug, context),
  workspace: ({ workspaceSlug }: ThreadNode, _: unknown, { loaders }: Context) =>
    loaders.workspace(workspaceSlug),
  chats: async ({ workspaceSlug, slug }: ThreadNode, { last }: { last: number }, { upstream }: Context) => {
    const most = wholeWithin('last', last, TURNS_MAX);
    const params = { path: { slug: workspaceSlug, threadSlug: slug } };
    const answer = await upstream.ask(({ client, signal }) =>
      unlessStatus(
        [404],
        unwrap(client.GET('/v1/workspace/{slug}/thread/{threadSlug}/chats', { params, signal })),
      ),
    );
    return turnsOf(answer?.history ?? []).slice(-most);
  },
};

const Workspace = {
  chats: async (
    { slug }: { slug: string },
    { last, session }: { last: number; session?: string | null },
    { upstream }: Context,
  ) => {
    const limit = String(wholeWithin('last', last, TURNS_MAX));
    const bySession = typeof session === 'string' ? { apiSessionId: session } : {};
    const params = { path: { slug }, query: { limit, orderBy: 'desc', ...bySession } };
    const answer = await upstream.ask(({ client, signal }) =>
      unlessStatus([400], unwrap(client.GET('/v1/workspace/{slug}/chats', { params, signal }))),
    );
    return turnsOf(answer?.history ?? []).reverse();
  },
};

export const threadResolvers = { Query, Mutation, Thread, Workspace };
