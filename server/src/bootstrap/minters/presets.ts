import { Type, type Static } from 'typebox';
import { closed } from '../calls/call-spec.ts';
import { SecretReference } from '../manifest/secret-reference.ts';
import { AnythingllmExecMinter, anythingllmExec } from './anythingllm-exec.ts';
import { ExecMinterSpec } from './exec-minter-spec.ts';
import { HttpMinterSpec } from './http-minter-spec.ts';

/* Services that Keyward knows: the manifest names them, and their requests stand here. */

const KeywardMinter = Type.Object(
  {
    type: Type.Literal('keyward'),
    admin: SecretReference,
    role: Type.Optional(
      Type.Union([Type.Literal('client'), Type.Literal('miner'), Type.Literal('admin')], {
        default: 'client',
      }),
    ),
  },
  { ...closed, description: 'A key of another Keyward' },
);

const AnythingllmMinter = Type.Object(
  {
    type: Type.Literal('anythingllm'),
    username: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'an administrator; left out: an instance without users',
      }),
    ),
    password: Type.Optional(SecretReference),
  },
  { ...closed, description: 'A key of the Developer API of AnythingLLM, or of Keyward in its place' },
);

/** How the service of a key mints. */
export const MinterSpec = Type.Union([
  HttpMinterSpec,
  ExecMinterSpec,
  KeywardMinter,
  AnythingllmMinter,
  AnythingllmExecMinter,
]);
export type MinterSpec = Static<typeof MinterSpec>;

/** Any minter as requests, or as commands. */
export function verbsOf(spec: MinterSpec): HttpMinterSpec | ExecMinterSpec {
  if (spec.type === 'http' || spec.type === 'exec') return spec;
  if (spec.type === 'anythingllm-exec') return anythingllmExec(spec);
  return spec.type === 'keyward' ? keyward(spec) : anythingllm(spec);
}

function keyward({ admin, role = 'client' }: Static<typeof KeywardMinter>): HttpMinterSpec {
  return {
    type: 'http',
    secrets: { admin },
    headers: { authorization: 'Bearer {admin}' },
    verify: { path: '/v1/keys/self', headers: { authorization: 'Bearer {key}' } },
    find: { path: '/v1/keys?state=active&limit=200&q={prefix}', items: '/items', id: '/id', label: '/name' },
    mint: { path: '/v1/keys', body: { name: '{label}', role }, id: '/key/id', key: '/secret' },
    revoke: { method: 'POST', path: '/v1/keys/{id}/revoke' },
    used: { path: '/v1/keys/{id}', at: '/last_used_at' },
  };
}

/**
 * Its lists have keys in clear text, so that the key of a killed run is adopted; those of Keyward in its place have not.
 * The routes differ with and without users.
 */
function anythingllm({ username, password }: Static<typeof AnythingllmMinter>): HttpMinterSpec {
  const isMulti = username !== undefined;
  const body = isMulti ? { username, password: '{password}' } : { password: '{password}' };
  return {
    type: 'http',
    ...(password === undefined
      ? {}
      : {
          secrets: { password },
          headers: { authorization: 'Bearer {token}' },
          login: { path: '/api/request-token', body, token: '/token' },
        }),
    verify: { path: '/api/v1/auth', headers: { authorization: 'Bearer {key}' }, invalid: [403] },
    find: {
      path: isMulti ? '/api/admin/api-keys' : '/api/system/api-keys',
      items: '/apiKeys',
      id: '/id',
      label: '/name',
      key: '/secret',
    },
    mint: {
      path: isMulti ? '/api/admin/generate-api-key' : '/api/system/generate-api-key',
      body: { name: '{label}' },
      id: '/apiKey/id',
      key: '/apiKey/secret',
    },
    revoke: { path: isMulti ? '/api/admin/delete-api-key/{id}' : '/api/system/api-key/{id}' },
  };
}
