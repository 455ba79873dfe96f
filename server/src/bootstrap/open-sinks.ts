import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { VaultLogin } from '../vault/index.ts';
import type { Manifest, SinkSpec } from './manifest/manifest.ts';
import type { SecretReference } from './manifest/secret-reference.ts';
import { HttpMinter } from './minters/http-minter.ts';
import { httpSpecOf } from './minters/presets.ts';
import type { Minter } from './minters/minter.ts';
import { fileValue, VariableError, variableValue, type Surroundings } from './secrets.ts';
import { dotenvFormat, FileSink, filesFormat } from './sinks/file-sink.ts';
import type { Sink } from './sinks/sink.ts';
import { VaultSink } from './sinks/vault-sink.ts';

/** The sinks of a manifest, by name. @throws VariableError naming a variable or a file that is missing */
export async function openSinks({ sinks }: Manifest, surroundings: Surroundings): Promise<Map<string, Sink>> {
  const opened = await Promise.all(
    Object.entries(sinks).map(async ([name, spec]) => [name, await openSink(spec, surroundings)] as const),
  );
  return new Map(opened);
}

/** The minters of a manifest, by the id of the key. @throws VariableError, MinterError */
export async function openMinters(
  { keys, services = {} }: Manifest,
  ids: readonly string[],
  surroundings: Surroundings,
): Promise<Map<string, Minter>> {
  const minters = new Map<string, Minter>();
  for (const id of ids) {
    const { sources = [], service = '' } = keys[id] ?? {};
    const spec = sources.flatMap((source) => ('mint' in source ? [httpSpecOf(source.mint)] : []))[0];
    if (spec === undefined) continue;
    const references = Object.entries(spec.secrets ?? {});
    const secrets = await Promise.all(
      references.map(async ([name, reference]) => [name, await secretOf(reference, surroundings)] as const),
    );
    minters.set(
      id,
      new HttpMinter(spec, { url: services[service]?.url ?? '', secrets: Object.fromEntries(secrets) }),
    );
  }
  return minters;
}

async function openSink(spec: SinkSpec, surroundings: Surroundings): Promise<Sink> {
  const { folder } = surroundings;
  if (spec.type === 'files') return new FileSink(filesFormat(resolve(folder, spec.directory)));
  if (spec.type === 'dotenv') return new FileSink(dotenvFormat(resolve(folder, spec.file)));
  const { address, namespace, peers, ca_file } = spec;
  return new VaultSink({
    address,
    login: await loginOf(spec.login, surroundings),
    ...(namespace === undefined ? {} : { namespace }),
    ...(peers === undefined ? {} : { peers }),
    ...(ca_file === undefined ? {} : { ca: await readFile(resolve(folder, ca_file), 'utf8') }),
  });
}

type LoginSpec = Extract<SinkSpec, { type: 'vault' }>['login'];

async function loginOf(spec: LoginSpec, surroundings: Surroundings): Promise<VaultLogin> {
  const secret = (reference: SecretReference) => secretOf(reference, surroundings);
  const mount = 'mount' in spec && spec.mount !== undefined ? { mount: spec.mount } : {};
  if (spec.method === 'token') return { method: 'token', token: await secret(spec.token) };
  if (spec.method === 'userpass')
    return { method: 'userpass', username: spec.username, password: await secret(spec.password), ...mount };
  if (spec.method === 'kubernetes') {
    const { role, jwt_file: jwtFile } = spec;
    return { method: 'kubernetes', role, ...(jwtFile === undefined ? {} : { jwtFile }), ...mount };
  }
  const roleId = await secret(spec.role_id);
  const { secret_id, wrapped_secret_id, role_name: roleName } = spec;
  if (secret_id !== undefined)
    return { method: 'approle', roleId, secretId: await secret(secret_id), ...mount };
  if (wrapped_secret_id === undefined || roleName === undefined)
    throw new VariableError('A login by approle needs secret_id, or wrapped_secret_id with role_name.');
  return { method: 'approle', roleId, roleName, wrappedSecretId: await secret(wrapped_secret_id), ...mount };
}

/** @throws VariableError */
export async function secretOf(reference: SecretReference, surroundings: Surroundings): Promise<string> {
  if ('file' in reference) return fileValue(reference.file, surroundings.folder);
  const value = await variableValue(reference.env, surroundings);
  if (value === undefined)
    throw new VariableError(`${reference.env} is not set. Set it, or ${reference.env}_FILE.`);
  return value;
}
