import { Type, type Static, type TProperties } from 'typebox';
import { SecretReference } from '../manifest/secret-reference.ts';

/* What descriptions of requests in the manifest have in common: minters and sinks of the type http. */

export const closed = { additionalProperties: false };
export const opt = Type.Optional;
export const text = (description: string, options = {}) =>
  Type.String({ minLength: 1, maxLength: 2_000, description, ...options });
export const Pointer = (description: string) =>
  Type.String({ pattern: '^(/[^/]*)+$', description: `a JSON pointer such as /key/secret: ${description}` });
export const Statuses = (description: string) =>
  opt(Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), { minItems: 1, maxItems: 20, description }));
export const Headers = opt(
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

export const ok = Statuses('statuses that mean success');

/** @param method if none is given */
export const call = <P extends TProperties>(method: string, properties: P, description: string) =>
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

export const Secrets = opt(
  Type.Record(Type.String(), SecretReference, {
    description: 'credentials of the administrator: { env: NAME } or { file: path }',
  }),
);

const LoginCall = call(
  'POST',
  { ok, token: Pointer('the token that the answer holds') },
  'Asked before the first request of the administrator, which has {token} then',
);
export type LoginCall = Static<typeof LoginCall>;
export const Login = opt(LoginCall);

export interface HttpCall {
  method?: Static<typeof Method>;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  ok?: number[];
}
