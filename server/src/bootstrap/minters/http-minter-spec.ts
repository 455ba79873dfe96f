import { Type, type Static } from 'typebox';
import {
  call,
  closed,
  Headers,
  Login,
  ok,
  opt,
  Pointer,
  Secrets,
  Statuses,
  text,
} from '../calls/call-spec.ts';
import { ChooseSpec } from './chosen-key.ts';

const list = (what: string) => ({
  ok,
  items: opt(Pointer(`the list of ${what}; left out: the whole answer`)),
  id: Pointer('the id of an item'),
  label: Pointer('the label of an item'),
});

/** What goes with every request of the administrator. */
export const HTTP_MEMBERS = {
  secrets: Secrets,
  headers: Headers,
  basic: opt(
    Type.Object(
      { username: text('the user name'), password: text('such as {password}') },
      { ...closed, description: 'The administrator logs in with HTTP Basic; {name} stands for a secret' },
    ),
  ),
  parent: opt(
    Type.Object(
      {
        name: text('its name in the service'),
        find: call('GET', list('such objects, each with its name as the label'), 'Asked with {name}'),
        create: call('POST', { ok, id: Pointer('the id of the new one') }, 'Asked with {name}'),
      },
      {
        ...closed,
        description:
          'The object of the service that has the keys, such as a service account: found by its name, or created before the first key. {parent} is its id',
      },
    ),
  ),
  login: Login,
};

/** The verbs of a minter, each as a request. */
export const HTTP_VERBS = {
  verify: call(
    'GET',
    {
      valid: Statuses('statuses of a good key; default 200'),
      invalid: Statuses('statuses of a bad key from a service that is well; default 401, 403'),
    },
    'Asked with {key}. Every other status leaves it open',
  ),
  find: call(
    'GET',
    {
      ...list('keys'),
      key: opt(Pointer('the key of an item, where the service shows it again')),
    },
    'Lists the keys; {prefix} is what the labels of the wanted ones begin with. With {page} or {offset} in the path: page after page',
  ),
  mint: call(
    'POST',
    {
      ok,
      id: Pointer('the id of the new key'),
      key: Pointer('the new key'),
      format: opt(text('a regular expression that every key matches')),
      choose: opt(ChooseSpec),
    },
    'Asked with {label}',
  ),
  revoke: call('DELETE', { ok }, 'Asked with {id}'),
};

const UsedCall = call(
  'GET',
  { ok, at: Pointer('the time of the last use: ISO 8601 or seconds since 1970; null for never') },
  'Asked with {id} of a former key, before a rotation ends it',
);

export const HttpMinterSpec = Type.Object(
  { type: Type.Literal('http'), ...HTTP_MEMBERS, ...HTTP_VERBS, used: opt(UsedCall) },
  { ...closed, description: 'A minter over the admin API of the service' },
);
export type HttpMinterSpec = Static<typeof HttpMinterSpec>;

/** Of a minter whose other verbs are no requests. */
export type HttpVerbs = Partial<HttpMinterSpec>;
