import { readFileSync } from 'node:fs';
import type { SecretPath, VaultLogin } from '@keyward/server/vault';
import { VaultPlace, type Login } from './key/vault-place.ts';
import { SettingError, type Read } from './setting-error.ts';

/** @param place such as `kv/tribuence/v2/anythingllm#ANYLLM_API_KEY`. @throws SettingError */
export function vaultPlace(place: string, read: Read): VaultPlace {
  const { at, field } = secretOf(place);
  return new VaultPlace({
    address: vaultAddress(read('VAULT_ADDR')),
    namespace: read('VAULT_NAMESPACE'),
    ca: authorities(read('VAULT_CACERT')),
    login: loginOf(read),
    at,
    field,
  });
}

const NAME = /^[^\s?%\\]+$/;

/** `mount/path#field`, or as the API has it with `/data/` after the mount, which may then have slashes itself. */
function secretOf(text: string): { at: SecretPath; field: string } {
  const [, place = '', field = ''] = /^([^#]+)#([^#]+)$/.exec(text) ?? [];
  const separator = place.includes('/data/') ? '/data/' : '/';
  const end = place.indexOf(separator);
  const at = { mount: place.slice(0, Math.max(end, 0)), path: place.slice(end + separator.length) };
  const names = [...at.mount.split('/'), ...at.path.split('/')];
  if (names.every((name) => NAME.test(name) && name !== '.' && name !== '..')) return { at, field };
  throw new SettingError(
    'WRAPPER_KEY_PLACE: must be a mount, a path and a field, such as kv/tribuence/v2/anythingllm#ANYLLM_API_KEY.',
  );
}

function vaultAddress(text: string | undefined): string {
  const url = URL.parse(text ?? '');
  const isGood =
    url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.username === '';
  if (isGood) return url.origin;
  throw new SettingError(
    'VAULT_ADDR: must be the URL of Vault or OpenBao without a path, such as https://vault.example:8200.',
  );
}

function authorities(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new SettingError('VAULT_CACERT: must be a readable file of certificates in PEM.');
  }
}

function loginOf(read: Read): Login {
  const mount = read('VAULT_AUTH_MOUNT');
  const mounted = mount === undefined ? {} : { mount };
  const roleId = read('VAULT_ROLE_ID');
  const role = read('VAULT_KUBERNETES_ROLE');
  const logins = [
    secretLogin(read, 'VAULT_TOKEN', (token) => ({ method: 'token', token })),
    roleId === undefined
      ? undefined
      : secretLogin(read, 'VAULT_SECRET_ID', (secretId) => ({
          method: 'approle',
          roleId,
          secretId,
          ...mounted,
        })),
    role === undefined
      ? undefined
      : { kind: 'fixed' as const, login: { method: 'kubernetes' as const, role, ...mounted } },
  ].filter((login) => login !== undefined);
  const [login] = logins;
  if (login !== undefined && logins.length === 1) return login;
  throw new SettingError(
    'VAULT_TOKEN: give one login: VAULT_TOKEN or VAULT_TOKEN_FILE; VAULT_ROLE_ID with VAULT_SECRET_ID or VAULT_SECRET_ID_FILE; or VAULT_KUBERNETES_ROLE.',
  );
}

/** By the secret in a variable, or in the file that its twin with `_FILE` names. */
function secretLogin(read: Read, name: string, loginWith: (text: string) => VaultLogin): Login | undefined {
  const text = read(name);
  const file = read(`${name}_FILE`);
  if (text !== undefined && file !== undefined)
    throw new SettingError(`${name}: must not be set together with ${name}_FILE. Choose one.`);
  if (file !== undefined) return { kind: 'file', file, loginWith };
  return text === undefined ? undefined : { kind: 'fixed', login: loginWith(text) };
}
