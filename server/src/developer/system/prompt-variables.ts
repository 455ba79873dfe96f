import { Type } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import type { Session } from '../../identity/index.ts';
import { BUILT_IN_VARIABLES, type PromptVariable } from '../../workspaces/index.ts';
import { json } from '../answers.ts';
import { field, pathId, readFlag, readText } from '../fields.ts';
import { nullable, type Answer } from '../../http/index.ts';
import type { Route } from '../services.ts';
import { systemRoute } from '../surface.ts';

const Variable = Type.Object(
  {
    id: Type.Union([Type.Integer(), Type.String()]),
    key: Type.String({ description: 'What stands between the braces' }),
    value: nullable(
      Type.String({ description: 'Of a secret one, and for users of the role default, ********' }),
    ),
    description: nullable(Type.String()),
    secret: Type.Optional(Type.Boolean({ description: 'Of those that were made' })),
    type: Type.String({
      description: 'static: made by an administrator; system, user, workspace: always there',
    }),
  },
  { title: 'PromptVariable' },
);
const Made = Type.Object({ success: Type.Boolean(), variable: Variable });
const Failed = Type.Object({ success: Type.Boolean(), error: Type.String() });
const MASK = '********';

const fields = {
  key: field(Type.String(), (value) => (typeof value === 'string' ? value.trim() : '')),
  description: Type.Optional(field(nullable(Type.String()), (value) => readText(value) ?? null)),
};
const secret = Type.Boolean({
  description: 'No list shows the value, and it is taken out of what models say; 8 to 1,000 characters',
});
const body = Type.Object({
  ...fields,
  value: field(Type.String(), (value) => readText(value) ?? ''),
  secret: Type.Optional(field(secret, readFlag)),
});
/** What a list showed in place of a value is sent back by clients that change something else. */
const isSame = (value: unknown): boolean => value === undefined || value === null || value === MASK;
const changeBody = Type.Object({
  ...fields,
  value: Type.Optional(
    field(Type.String({ description: 'The present one where it is left out, or ********' }), (value) =>
      isSame(value) ? undefined : (readText(value) ?? ''),
    ),
  ),
  secret: Type.Optional(field(secret, (value) => (value === undefined ? undefined : readFlag(value)))),
});
const params = Type.Object({ id: pathId() });
const NOBODYS = 0;

/** Of the web application: what prompts may name in braces. */
export const promptVariablesRoutes: Route[] = [
  systemRoute({
    method: 'GET',
    path: '/api/system/prompt-variables',
    id: 'prompt_variables.list',
    summary: 'What prompts may name in braces',
    access: 'session',
    responses: { 200: Type.Object({ variables: Type.Array(Variable) }) },
    handler: async ({ workspaces }, { session }) => {
      const builtIn = BUILT_IN_VARIABLES.map(({ name, description, type }) => ({
        id: name,
        key: name,
        value: null,
        description,
        type,
      }));
      const made = await workspaces.variables.list();
      const shown = made.map((variable) => viewVariable(variable, { isHidden: !seesValues(session) }));
      return json({ variables: [...builtIn, ...shown] });
    },
  }),
  systemRoute({
    method: 'POST',
    path: '/api/system/prompt-variables',
    id: 'prompt_variables.create',
    summary: 'Make a variable',
    access: 'session',
    roles: ['admin'],
    body,
    responses: { 200: Made, 400: Failed },
    handler: ({ workspaces }, { session, body: { key: name, secret: isSecret, ...rest } }) =>
      answered(async () => {
        const variable = await workspaces.variables.create(session.actor, { name, isSecret, ...rest });
        return json({ success: true, variable: viewVariable(variable) });
      }),
  }),
  systemRoute({
    method: 'PUT',
    path: '/api/system/prompt-variables/:id',
    id: 'prompt_variables.update',
    summary: 'Change a variable',
    access: 'session',
    roles: ['admin'],
    params,
    body: changeBody,
    responses: { 200: Made, 400: Failed, 404: Failed },
    handler: ({ workspaces }, { session, params: { id = NOBODYS }, body }) =>
      answered(async () => {
        const { key: name, description, value, secret: isSecret } = body;
        const change = { name, description, value, isSecret };
        const variable = await workspaces.variables.update(session.actor, id, change);
        if (variable === undefined) return MISSING;
        return json({ success: true, variable: viewVariable(variable) });
      }),
  }),
  systemRoute({
    method: 'DELETE',
    path: '/api/system/prompt-variables/:id',
    id: 'prompt_variables.delete',
    summary: 'Remove a variable',
    access: 'session',
    roles: ['admin'],
    params,
    responses: { 200: Type.Object({ success: Type.Boolean() }), 404: Failed },
    handler: async ({ workspaces }, { session, params }) => {
      const isGone = await workspaces.variables.remove(session.actor, params.id ?? NOBODYS);
      return isGone ? json({ success: true }) : MISSING;
    },
  }),
];

const MISSING = json({ success: false, error: 'Variable not found' }, 404);

/** A user of the role default is given the answers of prompts, not what stands in them. */
const seesValues = (session: Session): boolean => session.kind === 'admin' || session.user.role !== 'default';

const viewVariable = (
  { id, name, value, description, isSecret }: PromptVariable,
  { isHidden = false } = {},
) => ({
  id,
  key: name,
  value: isSecret || isHidden ? MASK : value,
  description,
  secret: isSecret,
  type: 'static',
});

/** What is wrong with a variable is said in the shape of these routes. */
async function answered(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeywardError) || error.code !== 'invalid_input') throw error;
    return json({ success: false, error: error.message }, 400);
  }
}
