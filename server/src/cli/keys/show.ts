import type { components } from '@keyward/sdk';
import type { Context } from '../command.ts';
import { say } from '../io.ts';
import { fields, membersText, tableOf, type Columns, type Part } from '../output.ts';
import { counted } from '../count-text.ts';

export type Key = components['schemas']['Key'];

export const KEY_COLUMNS: Columns<Key> = {
  ...fields('id', 'name'),
  owner: ({ owner }) => owner.name,
  parent: ({ parent }) => parent,
  role: ({ role, scopes }) => role ?? scopes.join(' '),
  state: ({ state }) => state,
  expires: ({ expires_at }) => expires_at,
  'last used': ({ last_used_at }) => last_used_at,
};

export type Secret = Key['secrets'][number];

const SECRET_COLUMNS: Columns<Secret> = {
  secret: ({ id }) => id,
  ...fields('hint'),
  created: ({ created_at }) => created_at,
  'last used': ({ last_used_at }) => last_used_at,
  from: ({ last_used_from }) => last_used_from,
  ends: ({ ends_at }) => ends_at,
};

/** The members of a key, one on each line, and its secrets: who still uses which one finishes a rotation. */
export const keyText = ({ secrets, ...rest }: Key): Part[] => [
  membersText(rest),
  tableOf(secrets, SECRET_COLUMNS),
];

/** The key in use, with the rest of all limits and budgets that its requests count against. */
export const selfText = ({ key, limits, budgets }: components['schemas']['SelfKey']): Part[] => {
  const left = [
    ...limits.map(({ name, of, remaining }) => ({ name, of, left: counted(remaining, 'request') })),
    ...budgets.map(({ name, of, used, amount, unit, period }) => ({
      name,
      of,
      left: `${used} of ${amount} ${unit}/${period} used`,
    })),
  ];
  if (left.length === 0) return keyText(key);
  const columns: Columns<(typeof left)[number]> = {
    name: ({ name }) => name,
    of: ({ of }) => of ?? 'key',
    left: ({ left: text }) => text,
  };
  return [...keyText(key), tableOf(left, columns)];
};

/** A new secret, with all that its key may do. */
export const secretText = ({ key, secret }: { key: Key; secret: string }): Part[] => [
  secret,
  ...keyText(key),
];

export function saySecretOnce({ key: { id, secrets } }: { key: Key }, { io }: Context): void {
  say(io, 'Store the secret now: it is shown once and kept nowhere.');
  const old = goingSecrets(secrets, Date.now());
  if (old.length > 0) say(io, `To end the old secret before its time: keyward keys end-secret ${id}`);
}

export const ID_ARG = {
  type: 'positional',
  description: 'Id of the key (key_ and 12 characters), its name, or self: the key in use',
  required: true,
} as const;

export const END_RUNNING_ARG = {
  type: 'boolean',
  description:
    'Also end all its running requests. Default: only those that need a right which the change takes away',
} as const;

/** The old secrets of a rotation, which still work. The newest has no end. */
export const goingSecrets = (secrets: readonly Secret[], nowMs: number): Secret[] =>
  secrets.filter(({ ends_at: end }) => end !== null && Date.parse(end) > nowMs);

type Changed = components['schemas']['ChangedKey'];

/** A key after a change of its state, with the processes that acknowledged it. */
export const changedText = ({ key, acknowledged }: Changed): Part[] => [
  tableOf([key], KEY_COLUMNS),
  doneText(acknowledged),
];

/** A key after a change of what it holds: all of it. */
export const updatedText = ({ key, acknowledged }: Changed): Part[] => [
  ...keyText(key),
  doneText(acknowledged),
];

function doneText({ nodes, waited_ms, requests_ended: ended }: Changed['acknowledged']): string {
  return [
    `Acknowledged by ${counted(nodes, 'process', 'processes')} within ${waited_ms} ms.`,
    ...(ended === 0 ? [] : [`${counted(ended, 'running request was', 'running requests were')} ended.`]),
  ].join(' ');
}
