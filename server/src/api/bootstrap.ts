import { Type } from 'typebox';
import {
  HOST_PATTERN,
  NAME_PATTERN,
  PLACE_PATTERN,
  REASON_PATTERN,
  SERVICE_KEY_ID_PATTERN,
  SOURCE_PATTERN,
} from '../base/forms/bootstrap-forms.ts';
import { KEY_STATES } from '../keys/index.ts';
import {
  forgetStackKeys,
  getStackKey,
  listStackKeys,
  RECORD_STATES,
  recordReport,
  REPORT_ACTIONS,
  REPORT_VERBS,
  REPORT_VERDICTS,
  SEEN_STATES,
} from '../stacks/index.ts';
import { refuseBound } from '../workspaces/index.ts';
import type { Route } from './services.ts';
import { route } from './surface.ts';
import * as s from './schemas.ts';

/*
 * The record of `keyward bootstrap`. The command holds the credentials of Vault and of the services; this server has none
 * of them, and of a key it knows names, places and states only.
 */

const KEYS_MAX = 200;
const COPIES_MAX = 10;
/** An audit record has at most 16 KiB. */
const REVOKED_MAX = 50;

const StackName = Type.String({
  pattern: NAME_PATTERN,
  description: 'lower-case letters, digits, ".", "_" and "-", such as tribuence',
});
const KeyId = Type.String({
  pattern: NAME_PATTERN,
  description: 'the id of the key in the manifest, such as anythingllm',
});
const RunId = Type.String({
  pattern: '^[0-9A-Za-z][0-9A-Za-z_.-]{7,63}$',
  description: '8 to 64 letters, digits, ".", "_" and "-", such as a UUID',
});
const KeyPlace = Type.String({
  pattern: PLACE_PATTERN,
  description: 'a sink and a place in it, such as vault:kv/data/app#API_KEY',
});
const ValueSource = Type.String({
  pattern: SOURCE_PATTERN,
  description: 'where the value came from, such as env:JWT_SECRET, random, mint:anythingllm or found',
});
const ServiceKeyId = Type.String({
  pattern: SERVICE_KEY_ID_PATTERN,
  description: 'the id of the key in its service: 1 to 128 visible ASCII characters. Never the key',
});
const StateReason = Type.String({
  pattern: REASON_PATTERN,
  description: 'one line of at most 1,000 characters that says why',
});
const Host = Type.String({
  pattern: HOST_PATTERN,
  description: 'the name of the machine that ran it',
});
const Verb = s.oneOf(REPORT_VERBS, { description: 'The command that ran' });
const Copies = (maxItems?: number) =>
  Type.Array(KeyPlace, {
    ...(maxItems !== undefined && { maxItems }),
    description: 'The other places of the value',
  });

const ServiceVerdict = s.nullable(s.oneOf(REPORT_VERDICTS), {
  description: 'What the service says of the stored key; null: no service was asked',
});

const ReportedKey = Type.Object(
  {
    id: KeyId,
    action: s.oneOf(REPORT_ACTIONS, { description: 'What the run did with the key' }),
    revoked: Type.Array(ServiceKeyId, {
      maxItems: REVOKED_MAX,
      description: 'Ids in the service of the keys that the run revoked',
    }),
    reason: s.nullable(StateReason),
    seen: Type.Optional(
      Type.Object(
        {
          state: s.oneOf(SEEN_STATES, { description: 'How the run saw the key' }),
          place: s.nullable(KeyPlace),
          copies: Copies(COPIES_MAX),
          source: s.nullable(ValueSource),
          stored_at: s.nullable(s.Time),
          verdict: ServiceVerdict,
          service_key_id: s.nullable(ServiceKeyId),
        },
        { ...s.closed, description: 'How the key is stored; left out: the run did not look' },
      ),
    ),
  },
  { title: 'BootstrapReportedKey', ...s.closed },
);

const Report = Type.Object(
  {
    run_id: RunId,
    stack: StackName,
    verb: Verb,
    host: s.nullable(Host),
    started_at: s.Time,
    finished_at: s.Time,
    keys: Type.Array(ReportedKey, { minItems: 1, maxItems: KEYS_MAX, description: 'The keys of the run' }),
  },
  { title: 'BootstrapReport', ...s.closed },
);

const recorded = {
  stack: Type.String({ description: 'The stack of the report' }),
  run_id: Type.String({ description: 'The run of the report' }),
  keys: Type.Integer({ description: 'How many keys the report names' }),
  events: Type.Integer({ description: 'How many steps and changes of state were recorded' }),
};

const State = s.oneOf(RECORD_STATES, {
  description:
    'How the key is. `in_step`: as the manifest says. `missing`, `deleted`: no value is stored. `edited`: somebody else changed the value. `unmarked`: stored by somebody else. `differs`: another value is given. `copies_differ`: a copy is not in step. `refused`, `given_refused`: the service does not accept the stored or the given value. `unreachable`: the service could not say. `hidden`: the run had no right to read the value. `rotating`: a former value is still good. `destroyed`: ended on purpose. `unknown`: no run has looked at it',
});

const keyMembers = {
  stack: StackName,
  id: KeyId,
  state: State,
  reported_state: s.oneOf(RECORD_STATES, {
    description: 'The state at the last report. `state` differs where this server ended the key since then',
  }),
  reason: s.nullable(StateReason),
  place: s.nullable(KeyPlace),
  copies: Copies(),
  source: s.nullable(ValueSource),
  stored_at: s.nullable(s.Time),
  verdict: ServiceVerdict,
  service_key_id: s.nullable(ServiceKeyId),
  key_state: s.nullable(
    s.oneOf(KEY_STATES, {
      description: 'The state of service_key_id, if it is a key of this server that the caller may read',
    }),
  ),
  last_run: Type.Object(
    { run_id: RunId, verb: Verb, host: s.nullable(Host), finished_at: s.Time },
    { description: 'The run that last reported the key; its times are those of its machine' },
  ),
  reported_at: s.Time,
  reported_by: Type.Object(
    {
      key: Type.String({ description: 'Id of the key that reported' }),
      owner: Type.String({ description: 'Id of its owner' }),
    },
    { description: 'Who reported it last' },
  ),
};
const BootstrapKey = Type.Object(keyMembers, { title: 'BootstrapKey' });
const Event = Type.Object(
  {
    at: s.Time,
    action: Type.String({ description: 'As in the audit record, such as key_created or drift_seen' }),
    state: State,
    reason: s.nullable(StateReason),
    revoked: Type.Array(Type.String(), { description: 'Ids in the service of the keys that were revoked' }),
    verb: Verb,
    run_id: RunId,
    reported_by: Type.String({ description: 'Id of the key that reported it' }),
  },
  { title: 'BootstrapEvent' },
);
const KeyWithEvents = Type.Object(
  {
    ...keyMembers,
    events: Type.Array(Event, { description: 'The last 50 steps and changes of state, newest first' }),
  },
  { title: 'BootstrapKeyWithEvents' },
);
const params = Type.Object({ stack: StackName, id: KeyId });

export const bootstrapRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/bootstrap/reports',
    id: 'bootstrap.report',
    summary: 'Report a run of keyward bootstrap',
    description:
      'Records what a run did and saw; it changes no key. A report that is sent again with its run_id gets the same answer and is recorded once. Each step and each change of state gets an audit record. A text with the form of a secret is refused.',
    access: 'bootstrap:write',
    body: Report,
    responses: { 200: Type.Object(recorded, { title: 'BootstrapRecorded' }) },
    errors: ['conflict', 'forbidden_resource'],
    handler: async ({ stacks }, { caller, body }) => {
      refuseBound(caller);
      return { status: 200, body: await recordReport(stacks, caller, body) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/bootstrap/keys',
    id: 'bootstrap.list',
    summary: 'Keys that keyward bootstrap stored, with their provenance and drift',
    description:
      'As last reported, by stack and id. A key of this server that was ended since then is `refused` at once, for callers who may read that key.',
    access: 'bootstrap:read',
    query: Type.Object(
      {
        stack: Type.Optional(Type.String({ maxLength: 63, description: 'Only keys of this stack' })),
        state: Type.Optional(s.oneOf(RECORD_STATES)),
        ...s.pageQuery,
      },
      s.closed,
    ),
    responses: { 200: s.pageOf(BootstrapKey, 'BootstrapKeyList') },
    errors: ['forbidden_resource'],
    handler: async ({ stacks }, { caller, actor, query }) => {
      refuseBound(caller);
      return { status: 200, body: await listStackKeys(stacks, actor, query) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/bootstrap/keys/:stack/:id',
    id: 'bootstrap.get',
    summary: 'One recorded key with its last steps and changes of state',
    access: 'bootstrap:read',
    params,
    responses: { 200: KeyWithEvents },
    errors: ['not_found', 'forbidden_resource'],
    handler: async ({ stacks }, { caller, actor, params: named }) => {
      refuseBound(caller);
      return { status: 200, body: await getStackKey(stacks, actor, named) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/bootstrap/keys/:stack/:id',
    id: 'bootstrap.forget',
    summary: 'Forget the record of one key',
    description: 'The value and the key stay as they are; the next report records the key again.',
    access: 'bootstrap:write',
    params,
    responses: { 204: null },
    errors: ['not_found', 'forbidden_resource'],
    handler: async ({ stacks }, { caller, actor, params: named }) => {
      refuseBound(caller);
      await forgetStackKeys(stacks, actor, named);
      return { status: 204 };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/bootstrap/keys/:stack',
    id: 'bootstrap.forget_stack',
    summary: 'Forget the record of all keys of a stack',
    description: 'Values and keys stay as they are; the next report records them again.',
    access: 'bootstrap:write',
    params: Type.Object({ stack: StackName }),
    responses: { 204: null },
    errors: ['not_found', 'forbidden_resource'],
    handler: async ({ stacks }, { caller, actor, params: named }) => {
      refuseBound(caller);
      await forgetStackKeys(stacks, actor, named);
      return { status: 204 };
    },
  }),
];
