import { KeywardApiError, unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { CliError, EXIT } from '../exit.ts';
import { membersText } from '../output.ts';

export const MODES: string[] = ['automatic', 'query', 'chat'];

type Settings = components['schemas']['Workspace'] & { threads?: readonly unknown[] };

/** All settings of a workspace, line by line. */
export const settingsText = ({ threads, ...settings }: Settings): string =>
  membersText({ ...settings, ...(threads === undefined ? {} : { threads: threads.length }) });

export const SLUG_ARG = {
  type: 'positional',
  description: 'Slug of the workspace, from keyward workspaces list',
  required: true,
} as const;

/** @throws CliError where no workspace that the key covers has this slug. */
export async function findWorkspace(
  client: KeywardClient,
  slug: string,
): Promise<components['schemas']['WorkspaceWithDocuments']> {
  const { workspace } = await unwrap(client.GET('/v1/workspace/{slug}', { params: { path: { slug } } }));
  const [found] = workspace;
  if (found !== undefined) return found;
  throw noWorkspace(slug);
}

/** A call that answers 404 where the workspace does not exist. @throws CliError that says so */
export async function inWorkspace<T>(slug: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof KeywardApiError && error.status === 404 ? noWorkspace(slug) : error;
  }
}

const noWorkspace = (slug: string): CliError =>
  new CliError(`There is no workspace ${slug}.`, {
    exitCode: EXIT.notFound,
    hint: 'keyward workspaces list shows the workspaces that the key covers.',
    example: 'keyward workspaces create Staff',
  });
