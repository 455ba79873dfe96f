import { Type } from 'typebox';
import { EXPORT_TYPES, exportText, isByWorkspace, isExportType } from '../../workspaces/index.ts';
import { json } from '../answers.ts';
import { field } from '../fields.ts';
import * as d from '../schemas.ts';
import { streamed } from '../streaming.ts';
import { usernames } from '../people/usernames.ts';
import type { Route } from '../../http/index.ts';
import { route } from '../surface.ts';

const CONTENT_TYPES = {
  json: 'application/json; charset=utf-8',
  jsonAlpaca: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
} as const;

export const exportChatsRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/system/export-chats',
    id: 'workspaces.export_chats',
    summary: 'Every chat of all workspaces as one file',
    access: 'workspaces:read',
    query: Type.Object({
      type: Type.Optional(
        field(
          Type.String({ description: 'jsonl (where it is left out), json, csv or jsonAlpaca' }),
          (value) => (typeof value === 'string' ? value : 'jsonl'),
        ),
      ),
    }),
    answerTypes: ['application/jsonl', 'application/json', 'text/csv'],
    responses: { 200: 'stream', 400: d.Said },
    handler: async (services, { caller, query: { type } }) => {
      if (!isExportType(type)) return json({ message: unknownType(type) }, 400);
      const { workspaces } = services;
      const facts = {
        usernames: await usernames(services),
        defaultPrompt: await workspaces.defaultPrompt(),
      };
      const chats = workspaces.chats.all(caller, isByWorkspace(type));
      return streamed(CONTENT_TYPES[type], exportText(type, chats, facts));
    },
  }),
];

const unknownType = (type: string): string =>
  `Invalid export type: ${type}. Must be one of ${EXPORT_TYPES.join(', ')}`;
