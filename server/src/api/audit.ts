import { Type } from 'typebox';
import { checkpoint, exportRecords, list } from '../audit/index.ts';
import { KeywardError } from '../base/errors.ts';
import { writable } from '../http/index.ts';
import { refuseBound } from '../workspaces/index.ts';
import type { Route } from './services.ts';
import { route } from './surface.ts';
import * as s from './schemas.ts';

const Record = Type.Object(
  {
    seq: Type.Integer(),
    at: s.Time,
    actor: Type.String(),
    action: Type.String(),
    target: Type.String(),
    outcome: s.oneOf(['ok', 'refused', 'failed']),
    details: s.Metadata,
    prev_hash: Type.String(),
    hash: Type.String(),
  },
  { title: 'AuditRecord' },
);

const given = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never;

const time = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

export const auditRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/audit',
    id: 'audit.list',
    summary: 'The audit record of all changes',
    description: 'Newest first. Each record holds the hash of the one before it.',
    access: 'audit:read',
    query: Type.Object(
      {
        actor: Type.Optional(
          Type.String({
            maxLength: 200,
            description: 'Author of the change: key:key_…, system, cli or anonymous',
          }),
        ),
        action: Type.Optional(
          Type.String({
            maxLength: 100,
            description: 'An action such as keys.mint, or keys.* for all actions of a noun',
          }),
        ),
        target: Type.Optional(Type.String({ maxLength: 200 })),
        from: Type.Optional(s.Time),
        to: Type.Optional(s.Time),
        ...s.pageQuery,
      },
      s.closed,
    ),
    responses: { 200: s.pageOf(Record, 'AuditList') },
    errors: ['forbidden_resource'],
    handler: async ({ storage }, { caller, query: { from, to, limit = 50, ...rest } }) => {
      refuseBound(caller);
      const filter = given({ ...rest, fromMs: time(from), toMs: time(to) });
      return {
        status: 200,
        body: await list(storage.db, { ...filter, limit }),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/audit/export',
    id: 'audit.export',
    summary: 'Get the whole audit record as a file that can be verified anywhere',
    description:
      'NDJSON: a header with the head of the chain, then all records, oldest first, with the signed checkpoints among them. `keyward audit verify` verifies it offline, and finds a file that was cut off.',
    access: 'audit:read',
    answerTypes: ['application/x-ndjson'],
    responses: { 200: 'stream' },
    errors: ['forbidden_resource'],
    handler: ({ storage, sealing }, { caller }) => {
      refuseBound(caller);
      return {
        stream: async (response) => {
          response.writeHead(200, { 'content-type': 'application/x-ndjson' });
          for await (const line of exportRecords(storage.db, sealing.signer)) {
            if (response.destroyed) return;
            if (!response.write(line)) await writable(response);
          }
          response.end();
        },
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/audit/checkpoint',
    id: 'audit.checkpoint',
    summary: 'Get the signed head of the audit record',
    description:
      'Keep the checkpoint outside the server. It proves a later change of the record, even by the owner of the database.',
    access: 'audit:read',
    responses: {
      200: Type.Object(
        {
          seq: Type.Integer(),
          at: s.Time,
          hash: Type.String(),
          records: Type.Integer(),
          key_id: Type.String(),
          public_key: Type.String(),
          signature: Type.String(),
        },
        { title: 'Checkpoint' },
      ),
    },
    errors: ['forbidden_resource'],
    handler: async ({ storage, sealing, clock }, { caller }) => {
      refuseBound(caller);
      const signed = await checkpoint(storage, sealing.signer, clock.nowMs());
      if (signed === undefined) throw new KeywardError('not_found', 'There is no audit record yet.');
      return { status: 200, body: signed };
    },
  }),
];
