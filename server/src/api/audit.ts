import { Type } from 'typebox';
import {
  checkpoint,
  exportMatching,
  find,
  list,
  OUTCOMES,
  verifyStorage,
  type AuditFilter,
  type Outcome,
  type Verification,
} from '../audit/index.ts';
import { KeywardError } from '../base/errors.ts';
import { writable } from '../http/index.ts';
import type { Storage } from '../storage/index.ts';
import { refuseBound } from '../workspaces/index.ts';
import { AuditNames, namesIn } from './audit-names.ts';
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
    outcome: s.oneOf(OUTCOMES),
    details: s.Metadata,
    prev_hash: Type.String(),
    hash: Type.String(),
  },
  { title: 'AuditRecord' },
);

const AuditVerification = Type.Object(
  {
    valid: Type.Boolean({ description: 'Whether no record was changed, added or removed' }),
    records: s.nullable(Type.Integer({ description: 'Number of records. null: the chain is broken' })),
    checkpoints: s.nullable(
      Type.Integer({ description: 'Signed heads that match. null: the chain is broken' }),
    ),
    trusted_to_seq: s.nullable(
      Type.Integer({
        description:
          'The owner of the database alone cannot have changed a record up to this one, because this server signed it later',
      }),
    ),
    broken_at_seq: s.nullable(Type.Integer({ description: 'The first wrong or missing record. null: none' })),
    message: s.nullable(Type.String({ description: 'What is wrong. null: nothing' })),
  },
  { title: 'AuditVerification' },
);

const NOTHING_FOUND = {
  records: null,
  checkpoints: null,
  trusted_to_seq: null,
  broken_at_seq: null,
  message: null,
};

function shownVerification(found: Verification) {
  if (!found.valid)
    return { ...NOTHING_FOUND, valid: false, broken_at_seq: found.seq, message: found.message };
  const { records, checkpoints, trusted_to_seq } = found;
  return { ...NOTHING_FOUND, valid: true, records, checkpoints, trusted_to_seq };
}

/** One walk at a time: it reads the whole record. Callers that come meanwhile get the same answer. */
const underWay = new WeakMap<Storage, Promise<Verification>>();

function verifyOnce(storage: Storage, publicKey: string[]): Promise<Verification> {
  const running = underWay.get(storage);
  if (running !== undefined) return running;
  const walk = verifyStorage(storage, { publicKey }).finally(() => underWay.delete(storage));
  underWay.set(storage, walk);
  return walk;
}

const given = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never;

const time = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

const filterFields = {
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
  outcome: Type.Optional(s.oneOf(OUTCOMES, { description: 'Only records with this outcome' })),
  from: Type.Optional(s.Time),
  to: Type.Optional(s.Time),
};

interface AskedFilter {
  actor?: string | undefined;
  action?: string | undefined;
  target?: string | undefined;
  outcome?: Outcome | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

const filterOf = ({ from, to, ...rest }: AskedFilter): AuditFilter =>
  given({ ...rest, fromMs: time(from), toMs: time(to) });

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
        ...filterFields,
        ...s.pageQuery,
      },
      s.closed,
    ),
    responses: {
      200: Type.Object(
        { ...s.pageOf(Record, 'AuditList').properties, names: AuditNames },
        { title: 'AuditList' },
      ),
    },
    errors: ['forbidden_resource'],
    handler: async (services, { caller, query: { limit = 50, cursor, ...filter } }) => {
      refuseBound(caller);
      const wanted = given({ ...filterOf(filter), cursor });
      const page = await list(services.storage.db, { ...wanted, limit });
      return { status: 200, body: { ...page, names: await namesIn(services, caller, page.items) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/audit/export',
    id: 'audit.export',
    summary: 'Get the whole audit record as a file that can be verified anywhere',
    description:
      'NDJSON: a header with the head of the chain, then all records, oldest first, with the signed checkpoints among them. `keyward audit verify` verifies it offline, and finds a file that was cut off. With a filter: only the records that fit, after a header of the format `keyward-audit-selection`; without the others nobody can verify them.',
    access: 'audit:read',
    query: Type.Object(filterFields, s.closed),
    answerTypes: ['application/x-ndjson'],
    responses: { 200: 'stream' },
    errors: ['forbidden_resource'],
    handler: ({ storage, sealing }, { caller, query }) => {
      refuseBound(caller);
      const filter = filterOf(query);
      return {
        stream: async (response) => {
          response.writeHead(200, { 'content-type': 'application/x-ndjson' });
          for await (const line of exportMatching(storage.db, sealing.signer, filter)) {
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
  route({
    method: 'GET',
    path: '/v1/audit/verify',
    id: 'audit.verify',
    summary: 'Verify the whole audit record in the database',
    description:
      'Checks each record by its hash, the record before it, the head, and the checkpoints that this server signed. The owner of database and server can rewrite everything: only a checkpoint that was saved elsewhere proves that (`keyward audit verify`).',
    access: 'audit:read',
    responses: { 200: AuditVerification },
    errors: ['forbidden_resource'],
    handler: async ({ storage, sealing }, { caller }) => {
      refuseBound(caller);
      return { status: 200, body: shownVerification(await verifyOnce(storage, sealing.publicKeys)) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/audit/:seq',
    id: 'audit.get',
    summary: 'One audit record',
    access: 'audit:read',
    params: Type.Object({ seq: Type.Integer({ minimum: 1, description: 'Number of the record' }) }, s.closed),
    responses: {
      200: Type.Object({ ...Record.properties, names: AuditNames }, { title: 'NamedAuditRecord' }),
    },
    errors: ['forbidden_resource', 'not_found'],
    handler: async (services, { caller, params: { seq } }) => {
      refuseBound(caller);
      const record = await find(services.storage.db, seq);
      if (record === undefined) throw new KeywardError('not_found', `There is no audit record ${seq}.`);
      return { status: 200, body: { ...record, names: await namesIn(services, caller, [record]) } };
    },
  }),
];
