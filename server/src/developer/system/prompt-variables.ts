import { Type } from 'typebox';
import type { Session } from '../../identity/index.ts';
import { BUILT_IN_VARIABLES, type PromptVariable } from '../../workspaces/index.ts';
import { failed, json, outcomeOf, type Outcome } from '../answers.ts';
import { field, pathId, readFlag, readText } from '../fields.ts';
import { nullable, type Answer } from '../../http/index.ts';
import type { Route } from '../services.ts';
import { systemRoute } from '../surface.ts';

const Variable = Type.Object(
  {
    id: Type.Union([Type.Integer(), Type.String()]),
    key: Type.String({ description: 'The name between the braces' }),
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
/** Clients that change another field send the mask back. */
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

export const promptVariablesRoutes: Route[] = [
  systemRoute({
    method: 'GET',
    path: '/api/system/prompt-variables',
    id: 'prompt_variables.list',
    summary: 'The variables that prompts may name in braces',
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
    handler: async ({ workspaces }, { session, body: { key: name, secret: isSecret, ...rest } }) => {
      const made = workspaces.variables.create(session.actor, { name, isSecret, ...rest });
      return variableAnswer(await outcomeOf(made));
    },
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
    handler: async ({ workspaces }, { session, params: { id = NOBODYS }, body }) => {
      const { key: name, description, value, secret: isSecret } = body;
      const change = { name, description, value, isSecret };
      return variableAnswer(await outcomeOf(workspaces.variables.update(session.actor, id, change)));
    },
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

function variableAnswer(outcome: Outcome<PromptVariable | undefined>): Answer {
  if ('error' in outcome) return failed(outcome.error, 400);
  const { value: variable } = outcome;
  return variable === undefined ? MISSING : json({ success: true, variable: viewVariable(variable) });
}

const MISSING = failed('Variable not found', 404);

/** A user of the role default may not read the values in prompts. */
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
