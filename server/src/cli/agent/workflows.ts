import { paginate, unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { jsonIn } from '../../base/json-text.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { readInput } from '../files.ts';
import type { Io } from '../io.ts';
import { given } from '../parse.ts';
import type { FetchPage } from '../request.ts';
import type { NamedThing } from '../things/same-name.ts';
import { counted } from '../count-text.ts';

export type Workflow = components['schemas']['Workflow'];
type WorkflowRequest = components['schemas']['WorkflowRequest'];

export const pageOfWorkflows =
  (client: KeywardClient): FetchPage<Workflow> =>
  (query) =>
    unwrap(client.GET('/v1/agents/workflows', { params: { query } }));

/** The caller's own, of which there is a limited number. */
export async function workflowsNamed(client: KeywardClient, wanted: string): Promise<NamedThing[]> {
  const same: NamedThing[] = [];
  for await (const { workflow_id: id, name } of paginate((cursor) =>
    pageOfWorkflows(client)(given({ cursor })),
  ))
    if (name === wanted) same.push({ id, name });
  return same;
}

/** @param named an id, or a name that one workflow alone has. @throws CliError exit code 5, or 2 for several */
export async function workflowId(client: KeywardClient, named: string): Promise<string> {
  if (/^wfl_[0-9A-Za-z]{12}$/.test(named)) return named;
  const same = await workflowsNamed(client, named);
  const [only] = same;
  if (same.length > 1)
    throw usageError(
      `${counted(same.length, 'workflow has', 'workflows have')} this name: give the id of one.`,
      {
        hint: same.map(({ id }) => id).join(', '),
      },
    );
  if (only !== undefined) return only.id;
  throw new CliError('There is no workflow of this name.', {
    exitCode: EXIT.notFound,
    example: 'keyward agent list',
  });
}

/** The steps in a JSON file: a list, or an object with `steps`. @throws CliError */
export async function stepsIn(io: Io, path: string): Promise<WorkflowRequest['steps']> {
  const value = jsonIn(await readInput(io, path));
  const steps: unknown = Array.isArray(value)
    ? value
    : (value as { steps?: unknown } | null | undefined)?.steps;
  if (Array.isArray(steps)) return steps as WorkflowRequest['steps'];
  throw usageError('--steps must be a JSON file with a list of steps.', {
    hint: 'Such as [{"id": "draft", "prompt": "Write about {{inputs.topic}}."}].',
  });
}

/** `--input name=value`, each once. @throws CliError */
export function inputsOf(pairs: readonly string[], whole: unknown): Record<string, unknown> {
  if (whole !== undefined && (typeof whole !== 'object' || whole === null || Array.isArray(whole)))
    throw usageError('--inputs must be a JSON object.', { example: `--inputs '{"topic":"ferries"}'` });
  const inputs = new Map<string, unknown>(Object.entries(whole ?? {}));
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw usageError('--input must be name=value.', { example: '--input topic=ferries' });
    inputs.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return Object.fromEntries(inputs);
}
