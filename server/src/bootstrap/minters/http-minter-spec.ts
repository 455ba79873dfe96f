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

/** The five verbs of a minter, each as a request. */
export const HttpMinterSpec = Type.Object(
  {
    type: Type.Literal('http'),
    secrets: Secrets,
    headers: Headers,
    login: Login,
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
        ok,
        items: opt(Pointer('the list of keys; left out: the whole answer')),
        id: Pointer('the id of an item'),
        label: Pointer('the label of an item'),
        key: opt(Pointer('the key of an item, where the service shows it again')),
      },
      'Lists the keys; {prefix} is what the labels of the wanted ones begin with',
    ),
    mint: call(
      'POST',
      {
        ok,
        id: Pointer('the id of the new key'),
        key: Pointer('the new key'),
        format: opt(text('a regular expression that every key matches')),
      },
      'Asked with {label}',
    ),
    revoke: call('DELETE', { ok }, 'Asked with {id}'),
  },
  { ...closed, description: 'A minter over the admin API of the service' },
);

export type HttpMinterSpec = Static<typeof HttpMinterSpec>;
