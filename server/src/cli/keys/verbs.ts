import { unwrap } from '@keyward/sdk';
import { ownerIdIn } from '../owners.ts';
import { durationSeconds, given } from '../parse.ts';
import { pagedList, request } from '../request.ts';
import { forEach } from '../things/several.ts';
import { USAGE_ARGS, usageQuery, usageText } from '../usage.ts';
import { LAST_ADMIN_ARG, lastAdminOf, ROLES } from './holdings.ts';
import { keyId, keyIdIn, SELF } from './key-id.ts';
import {
  changedText,
  END_RUNNING_ARG,
  ID_ARG,
  KEY_COLUMNS,
  keyText,
  saySecretOnce,
  secretText,
  selfText,
} from './show.ts';

export { create } from './create.ts';
export { find } from './find.ts';
export { importKeys as import } from './import.ts';
export { update } from './update.ts';
export { scopes } from './scopes.ts';
export { explain, verify } from './verify.ts';

const STATES: string[] = ['active', 'disabled', 'quarantined', 'expired', 'revoked'];

const seconds = (flag: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : durationSeconds(flag, text);

const pathOf = (id: string) => ({ params: { path: { id } } });

export const list = pagedList({
  args: {
    state: { type: 'enum', options: STATES, description: 'Only keys in this state' },
    owner: { type: 'string', description: 'Only keys of this owner (id or name)' },
    parent: { type: 'string', description: 'Only children of this key (id or name)' },
    role: { type: 'enum', options: ROLES, description: 'Only keys with this role' },
    tag: { type: 'string', description: 'Only keys with this tag' },
    search: {
      type: 'string',
      description: 'Only keys whose name, id or hint contains this text, such as app or sk-kw1…a1b2',
    },
    'unused-for': { type: 'string', description: 'Only keys without a use for this duration, such as 30d' },
    'expiring-within': {
      type: 'string',
      description: 'Only keys that expire within this duration, such as 7d',
    },
    'unused-scopes': {
      type: 'boolean',
      description: 'Only keys with a scope that no request needed within 30 days',
    },
  },
  examples: ['keys list', 'keys list --state active --unused-for 90d', 'keys list --all --output json'],
  columns: KEY_COLUMNS,
  parse: (args) => ({
    owner: args.owner,
    parent: args.parent,
    filter: given({
      state: args.state as 'active' | undefined,
      role: args.role as 'client' | undefined,
      tag: args.tag,
      q: args.search,
      unused_for_seconds: seconds('unused-for', args['unused-for']),
      expiring_within_seconds: seconds('expiring-within', args['expiring-within']),
      scopes: args['unused-scopes'] === true ? ('unused' as const) : undefined,
    }),
  }),
  open: async (client, { owner, parent, filter }) => {
    const ids = given({ owner: await ownerIdIn(client, owner), parent: await keyIdIn(client, parent) });
    return (page) => unwrap(client.GET('/v1/keys', { params: { query: { ...filter, ...ids, ...page } } }));
  },
});

export const get = request({
  args: { id: ID_ARG },
  examples: ['keys get key_4fT9aBcDeF12', 'keys get self'],
  notes:
    'self is the key that the command line uses. It shows the rest of all limits and budgets that the key counts against:\n' +
    'its own, those of its ancestors, and those of their owners. It needs no scope.',
  send: async (client, { id }) =>
    id === SELF
      ? unwrap(client.GET('/v1/keys/self'))
      : unwrap(client.GET('/v1/keys/{id}', pathOf(await keyId(client, id)))),
  table: (value) => ('key' in value ? selfText(value) : keyText(value)),
});

export const rotate = request({
  args: {
    id: ID_ARG,
    overlap: {
      type: 'string',
      description: 'How long the old secret works, such as 2h. 0 ends it at once. Default: 24h',
    },
    'when-quiet': { type: 'boolean', description: 'End the old secret when it falls out of use' },
    'quiet-for': {
      type: 'string',
      description: 'With --when-quiet: the duration without a use. Default: 1h',
    },
    'end-running': END_RUNNING_ARG,
  },
  examples: ['keys rotate key_4fT9aBcDeF12', 'keys rotate key_4fT9aBcDeF12 --when-quiet --quiet-for 2h'],
  notes: 'secrets[].last_used_at of keyward keys get shows whether the old secret is still in use.',
  parse: (args) => ({
    id: args.id,
    body: given({
      overlap_seconds: seconds('overlap', args.overlap),
      end: args['when-quiet'] === true ? ('quiet' as const) : undefined,
      quiet_seconds: seconds('quiet-for', args['quiet-for']),
      running: args['end-running'] === true ? ('end' as const) : undefined,
    }),
  }),
  send: async (client, { id, body }) =>
    unwrap(client.POST('/v1/keys/{id}/rotate', { ...pathOf(await keyId(client, id)), body })),
  table: secretText,
  after: saySecretOnce,
});

export { endSecret as 'end-secret' } from './end-secret.ts';
export { generateEnv as 'generate-env' } from './generate-env.ts';

const REASON_ARG = { type: 'string', description: 'Reason, for the audit record' } as const;

const stateExamples = (word: string): string[] => [
  `keys ${word} key_4fT9aBcDeF12`,
  `keys ${word} "Ada's notebook" key_4fT9aBcDeF12 --reason "handed over"`,
];

type Giving = 'enable' | 'restore';
type Ending = 'disable' | 'quarantine' | 'revoke';
const DONE = {
  enable: 'enabled',
  restore: 'restored',
  disable: 'disabled',
  quarantine: 'quarantined',
  revoke: 'revoked',
} as const satisfies Record<Giving | Ending, string>;

/** A command that gives keys their power back. */
const givingVerb = (word: Giving, notes: string) =>
  forEach({
    args: { id: ID_ARG, reason: REASON_ARG },
    examples: stateExamples(word),
    notes,
    done: DONE[word],
    one: async (client, named, { reason }) => {
      const id = await keyId(client, named, word === 'restore');
      return unwrap(client.POST(`/v1/keys/{id}/${word}`, { ...pathOf(id), body: given({ reason }) }));
    },
    table: changedText,
  });

/** A command that takes power from keys. */
const endingVerb = (word: Ending, notes: string) =>
  forEach({
    args: { id: ID_ARG, reason: REASON_ARG, 'last-admin': LAST_ADMIN_ARG },
    examples: stateExamples(word),
    notes,
    done: DONE[word],
    one: async (client, named, { reason, 'last-admin': isMeant }) => {
      const body = { ...given({ reason }), ...lastAdminOf(isMeant) };
      // Of the key in use this needs no scope.
      if (word === 'revoke' && named === SELF) return unwrap(client.POST('/v1/keys/self/revoke', { body }));
      const id = await keyId(client, named);
      return unwrap(client.POST(`/v1/keys/{id}/${word}`, { ...pathOf(id), body }));
    },
    table: changedText,
  });

export const disable = endingVerb(
  'disable',
  'After exit code 0 no process admits the key, until keyward keys enable.',
);
export const enable = givingVerb('enable', 'Also ends a quarantine.');
export const quarantine = endingVerb(
  'quarantine',
  'For a key that may have leaked: it may only read, 60 requests a minute.',
);
export const revoke = endingVerb(
  'revoke',
  'After exit code 0 no process admits the key. keyward keys restore reverts this within 30 days.\n' +
    'keyward keys revoke self ends the key that the command line uses, and needs no scope.',
);
export const restore = givingVerb('restore', 'The key is active again, with its former secrets.');

export const usage = request({
  args: { id: ID_ARG, ...USAGE_ARGS },
  examples: [
    'keys usage key_4fT9aBcDeF12',
    'keys usage key_4fT9aBcDeF12 --from 7d --step day --group-by model',
  ],
  parse: (args) => ({ named: args.id, query: usageQuery(args) }),
  send: async (client, { named, query }) => {
    const params = { path: { id: await keyId(client, named) }, query };
    return unwrap(client.GET('/v1/keys/{id}/usage', { params }));
  },
  isList: true,
  table: usageText,
});
