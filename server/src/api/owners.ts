import { Type } from 'typebox';
import {
  createOwner,
  deleteOwner,
  getOwner,
  listOwners,
  OWNER_KINDS,
  updateOwner,
  viewOwner,
  viewOwners,
} from '../keys/index.ts';
import type { Route } from './services.ts';
import { route } from './surface.ts';
import * as s from './schemas.ts';

const Owner = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    kind: s.oneOf(OWNER_KINDS),
    state: s.oneOf(['active', 'suspended']),
    limits: s.Limits,
    budgets: Type.Array(s.Budget),
    created_at: s.Time,
  },
  { title: 'Owner' },
);
const OwnerDetails = Type.Object(
  {
    ...Owner.properties,
    limits_left: Type.Array(s.LimitState, {
      description: 'What all its keys together have left of each request limit, at the process that answers',
    }),
  },
  { title: 'OwnerDetails' },
);
/** Of all keys of an owner together, also those that others made. */
const bounds = { limits: Type.Optional(s.Limits), budgets: Type.Optional(s.Budgets) };
const ChangedOwner = Type.Object({ owner: Owner, acknowledged: s.Acknowledged }, { title: 'ChangedOwner' });
const params = s.idParam('own');

export const ownerRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/owners',
    id: 'owners.create',
    summary: 'Create an owner of keys',
    access: 'owners:manage',
    body: Type.Object(
      { name: s.Name, kind: s.oneOf(OWNER_KINDS), ...bounds },
      { title: 'OwnerRequest', ...s.closed },
    ),
    responses: { 201: Owner },
    errors: ['forbidden_resource'],
    handler: async ({ keys }, { actor, body }) => {
      const owner = await createOwner(keys, actor, body);
      return {
        status: 201,
        headers: { location: `/v1/owners/${owner.id}` },
        body: await viewOwner(keys, owner),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/owners',
    id: 'owners.list',
    summary: 'List owners',
    description:
      "Without owners:manage, or for a key that is bound to workspaces, only the caller's own owner.",
    access: 'keys:read',
    query: Type.Object(
      {
        q: Type.Optional(
          Type.String({
            maxLength: 200,
            description: 'Only owners whose name or id contains this text, whatever its case',
          }),
        ),
        ...s.pageQuery,
      },
      s.closed,
    ),
    responses: { 200: s.pageOf(Owner, 'OwnerList') },
    handler: async ({ keys }, { actor, query }) => {
      const { items, next_cursor } = await listOwners(keys, actor, query);
      return { status: 200, body: { items: await viewOwners(keys, items), next_cursor } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/owners/:id',
    id: 'owners.get',
    summary: 'One owner',
    access: 'keys:read',
    params,
    responses: { 200: OwnerDetails },
    errors: ['not_found'],
    handler: async ({ keys }, { actor, params: { id } }) => {
      const owner = await getOwner(keys, actor, id);
      const limits_left = keys.limits.view(owner.account, owner.limits);
      return { status: 200, body: { ...(await viewOwner(keys, owner)), limits_left } };
    },
  }),
  route({
    method: 'PATCH',
    path: '/v1/owners/:id',
    id: 'owners.update',
    summary: 'Change, suspend or reactivate an owner',
    description:
      'To suspend an owner ends all its keys at once, until it is active again. Budgets and limits hold for all its keys together, and past use still counts. A key that is bound to workspaces manages only its own owner, and cannot rename it. A key with other selectors cannot suspend, bound or reactivate an owner whose keys or user hold more than it. The owner `admin` keeps its name.',
    access: 'owners:manage',
    params,
    body: Type.Object(
      {
        name: Type.Optional(s.Name),
        kind: Type.Optional(s.oneOf(OWNER_KINDS)),
        state: Type.Optional(s.oneOf(['active', 'suspended'])),
        ...bounds,
        last_admin: Type.Optional(s.lastAdminFlag),
      },
      { title: 'OwnerChange', minProperties: 1, ...s.closed },
    ),
    responses: { 200: ChangedOwner },
    errors: ['not_found', 'conflict', 'forbidden_resource', 'scope_escalation', 'last_admin'],
    handler: async ({ keys }, { actor, params: { id }, body }) => {
      const { result, acknowledged } = await updateOwner(keys, actor, { id, input: body });
      return { status: 200, body: { owner: await viewOwner(keys, result), acknowledged } };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/owners/:id',
    id: 'owners.delete',
    summary: 'Delete an owner and end its keys',
    access: 'owners:manage',
    params,
    responses: { 200: Type.Object({ acknowledged: s.Acknowledged }) },
    errors: ['not_found', 'conflict', 'scope_escalation', 'last_admin'],
    handler: async ({ keys }, { actor, params: { id } }) => {
      const { acknowledged } = await deleteOwner(keys, actor, id);
      return { status: 200, body: { acknowledged } };
    },
  }),
];
