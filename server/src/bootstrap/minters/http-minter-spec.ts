import { SecretReference } from '../manifest/secret-reference.ts';
import { Type, type Static, type TProperties } from 'typebox';

const closed = { additionalProperties: false };
const text = (description: string) => Type.String({ minLength: 1, maxLength: 2_000, description });
const opt = Type.Optional;
export const Pointer = (description: string) =>
  Type.String({ pattern: '^(/[^/]*)+$', description: `a JSON pointer such as /key/secret: ${description}` });
const Statuses = (description: string) =>
  opt(Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), { minItems: 1, maxItems: 20, description }));
const Headers = opt(
  Type.Record(Type.String(), Type.String({ maxLength: 4_000 }), {
    description: 'headers; {name} stands for a value',
  }),
);

const Method = Type.Union([
  Type.Literal('GET'),
  Type.Literal('POST'),
  Type.Literal('PUT'),
  Type.Literal('PATCH'),
  Type.Literal('DELETE'),
]);

const call = <P extends TProperties>(method: string, properties: P, description: string) =>
  Type.Object(
    {
      method: opt(Type.Unsafe<Static<typeof Method>>({ ...Method, default: method })),
      path: text('the path below the url of the service, such as /api/keys/{id}'),
      headers: Headers,
      body: opt(Type.Unknown({ description: 'sent as JSON; {name} stands for a value' })),
      ...properties,
    },
    { ...closed, description },
  );

const ok = Statuses('statuses that mean success');

/** What goes with every request of the administrator. */
export const HTTP_MEMBERS = {
  secrets: opt(
    Type.Record(Type.String(), SecretReference, {
      description: 'credentials of the administrator: { env: NAME } or { file: path }',
    }),
  ),
  headers: Headers,
  login: opt(
    call(
      'POST',
      { ok, token: Pointer('the token that the answer holds') },
      'Asked before the first request of the administrator, which has {token} then',
    ),
  ),
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
};

export const HttpMinterSpec = Type.Object(
  { type: Type.Literal('http'), ...HTTP_MEMBERS, ...HTTP_VERBS },
  { ...closed, description: 'A minter over the admin API of the service' },
);

export type HttpMinterSpec = Static<typeof HttpMinterSpec>;

type VerbName = keyof typeof HTTP_VERBS;

/** Of a minter whose other verbs are no requests. */
export type HttpVerbs = Pick<HttpMinterSpec, keyof typeof HTTP_MEMBERS> &
  Partial<Pick<HttpMinterSpec, VerbName>>;

export interface HttpCall {
  method?: Static<typeof Method>;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  ok?: number[];
}
