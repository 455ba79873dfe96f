import { resolve } from 'node:path';
import { StartupError } from '../errors.ts';
import { withoutTrailing } from '../trailing.ts';
import { list, oneOf, type Environment } from './env-values.ts';

/** From the most to the least powerful. */
const ROLES = ['admin', 'manager', 'default'] as const;

/** `group` is `*` for people in no group that is named. */
export interface RoleRule {
  group: string;
  role: (typeof ROLES)[number];
}

/** Sign-in with an OpenID provider. */
export interface OidcSettings {
  /** As the provider writes it. */
  issuer: string;
  clientId: string;
  /** undefined: a public client. */
  clientSecret: { value: string } | { file: string } | undefined;
  /** The label of its button. */
  name: string;
  /** Separated by spaces. */
  scopes: string;
  groupsClaim: string;
  roles: RoleRule[];
  /** Whether a user whose name is the verified e-mail address becomes that of the provider's account. */
  linksByEmail: boolean;
  /** Where browsers reach Keyward, without a slash at its end. */
  publicUrl: string;
}

/** Every variable of it, its default and meaning. */
export const OIDC_VARIABLES = {
  KEYWARD_PUBLIC_URL: ['–', 'where browsers reach this server, such as https://keyward.example.com'],
  KEYWARD_OIDC_ISSUER: ['–', 'the issuer of an OpenID provider that people sign in with'],
  KEYWARD_OIDC_CLIENT_ID: ['–', 'the client that the provider knows Keyward as'],
  KEYWARD_OIDC_CLIENT_SECRET: ['–', 'the secret of that client; without one it is a public client'],
  KEYWARD_OIDC_CLIENT_SECRET_FILE: ['–', 'a file (mode 0600) that holds the secret'],
  KEYWARD_OIDC_NAME: ['Single sign-on', 'the label of the button on the sign-in page'],
  KEYWARD_OIDC_SCOPES: ['openid profile email', 'the scopes that Keyward asks the provider for'],
  KEYWARD_OIDC_GROUPS_CLAIM: ['groups', 'the claim that holds the groups of a person'],
  KEYWARD_OIDC_ROLES: [
    '–',
    'the role of each group, such as platform=admin,ml=manager,*=default; `*`: people in none of these groups',
  ],
  KEYWARD_OIDC_LINK_BY_EMAIL: [
    'off',
    '`on`: a user whose name is the verified e-mail address of a person becomes the account of that person',
  ],
} as const satisfies Record<string, readonly [string, string]>;

/** @returns undefined without an issuer. @throws StartupError */
export function oidcSettings(env: Environment): OidcSettings | undefined {
  const publicUrl = webUrl(env, 'KEYWARD_PUBLIC_URL') ?? '';
  const named = Object.keys(OIDC_VARIABLES).filter((name) => name.startsWith('KEYWARD_OIDC_'));
  const set = named.filter((name) => env[name] !== undefined);
  if (set.length === 0) return undefined;
  const needed = [
    'KEYWARD_OIDC_ISSUER',
    'KEYWARD_OIDC_CLIENT_ID',
    'KEYWARD_OIDC_ROLES',
    'KEYWARD_PUBLIC_URL',
  ];
  const missing = needed.filter((name) => env[name] === undefined);
  if (missing.length > 0)
    throw new StartupError(`${set[0]} is set, so ${missing.join(', ')} must be set too (docs/sign-in.md).`);
  return {
    issuer: issuerOf(env),
    clientId: text(env, 'KEYWARD_OIDC_CLIENT_ID'),
    clientSecret: clientSecretOf(env),
    name: text(env, 'KEYWARD_OIDC_NAME'),
    scopes: scopesOf(env),
    groupsClaim: text(env, 'KEYWARD_OIDC_GROUPS_CLAIM'),
    roles: rolesOf(env),
    linksByEmail: oneOf(env, 'KEYWARD_OIDC_LINK_BY_EMAIL', ['on', 'off'], 'off') === 'on',
    publicUrl: withoutTrailing(publicUrl, '/'),
  };
}

const TEXT_MAX_CHARACTERS = 500;

function text(env: Environment, name: keyof typeof OIDC_VARIABLES): string {
  const value = env[name] ?? OIDC_VARIABLES[name][0];
  // oxlint-disable-next-line no-control-regex
  if (value.length <= TEXT_MAX_CHARACTERS && !/[\u0000-\u001f\u007f]/.test(value)) return value;
  throw new StartupError(`${name} must be one line of at most ${TEXT_MAX_CHARACTERS} characters.`);
}

function webUrl(env: Environment, name: string): string | undefined {
  const value = env[name];
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  const isPlain = url !== null && url.username === '' && url.password === '' && !/[?#]/.test(value);
  if (isPlain && /^https?:$/.test(url.protocol)) return value;
  throw new StartupError(
    `${name} must be an http or https URL without credentials, query and fragment, such as https://keyward.example.com.`,
  );
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Over plain http, everybody on the way could sign in as everybody. */
function issuerOf(env: Environment): string {
  const name = 'KEYWARD_OIDC_ISSUER';
  const value = webUrl(env, name) ?? '';
  const { protocol, hostname } = new URL(value);
  if (protocol === 'https:' || LOOPBACK.test(hostname)) return value;
  throw new StartupError(`${name} must begin with https:// (http:// only for this machine itself).`);
}

function clientSecretOf(env: Environment): OidcSettings['clientSecret'] {
  const value = env['KEYWARD_OIDC_CLIENT_SECRET'];
  const file = env['KEYWARD_OIDC_CLIENT_SECRET_FILE'];
  if (value !== undefined && file !== undefined)
    throw new StartupError(
      'KEYWARD_OIDC_CLIENT_SECRET and KEYWARD_OIDC_CLIENT_SECRET_FILE are both set: unset one of them.',
    );
  if (value !== undefined) return { value };
  return file === undefined ? undefined : { file: resolve(file) };
}

function scopesOf(env: Environment): string {
  const scopes = text(env, 'KEYWARD_OIDC_SCOPES')
    .split(/[\s,]+/)
    .filter((scope) => scope !== '');
  if (scopes.includes('openid')) return scopes.join(' ');
  throw new StartupError('KEYWARD_OIDC_SCOPES must contain openid, such as "openid profile email groups".');
}

function rolesOf(env: Environment): RoleRule[] {
  const name = 'KEYWARD_OIDC_ROLES';
  return list(env[name]).map((item, index) => {
    // The name of a group may contain =.
    const at = item.lastIndexOf('=');
    const group = item.slice(0, Math.max(at, 0)).trim();
    const role = ROLES.find((known) => known === item.slice(at + 1).trim());
    if (group !== '' && role !== undefined) return { group, role };
    throw new StartupError(
      `${name} must be pairs of a group and a role (${ROLES.join(', ')}), such as ` +
        `platform=admin,ml=manager,*=default; entry ${index + 1} is not.`,
    );
  });
}
