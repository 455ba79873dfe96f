import { resolve } from 'node:path';
import type { VaultLogin } from '../vault/index.ts';
import { passedOn } from './calls/run-command.ts';
import type { Manifest, SinkSpec } from './manifest/manifest.ts';
import type { SecretReference } from './manifest/secret-reference.ts';
import { ExecMinter } from './minters/exec-minter.ts';
import { HttpMinter } from './minters/http-minter.ts';
import { verbsOf } from './minters/presets.ts';
import type { Minter } from './minters/minter.ts';
import { fileValue, secretOf, secretsOf, VariableError, type Surroundings } from './secrets.ts';
import { dotenvFormat, FileSink, filesFormat } from './sinks/file-sink.ts';
import { ExecStore } from './sinks/exec-store.ts';
import { HttpStore } from './sinks/http-store.ts';
import { ItemSink } from './sinks/item-sink.ts';
import type { Sink } from './sinks/sink.ts';
import { VaultSink } from './sinks/vault-sink.ts';

/** The sinks of a manifest, by name. @throws VariableError naming a variable or a file that is missing */
export async function openSinks({ sinks }: Manifest, surroundings: Surroundings): Promise<Map<string, Sink>> {
  const opened = await Promise.all(
    Object.entries(sinks).map(
      async ([name, spec]) => [name, await openSink(name, spec, surroundings)] as const,
    ),
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
    const spec = sources.flatMap((source) => ('mint' in source ? [verbsOf(source.mint)] : []))[0];
    if (spec === undefined) continue;
    const secrets = await secretsOf(spec.secrets, surroundings);
    const options = { url: services[service]?.url ?? '', secrets };
    minters.set(id, spec.type === 'exec' ? new ExecMinter(spec, options) : new HttpMinter(spec, options));
  }
  return minters;
}

async function openSink(name: string, spec: SinkSpec, surroundings: Surroundings): Promise<Sink> {
  const { folder } = surroundings;
  if (spec.type === 'files') return new FileSink(filesFormat(resolve(folder, spec.directory)));
  if (spec.type === 'dotenv') return new FileSink(dotenvFormat(resolve(folder, spec.file)));
  if (spec.type === 'exec') {
    const names = ['PATH', 'HOME', ...(spec.inherit ?? [])];
    const env = {
      ...passedOn(surroundings.variables, names),
      ...(await secretsOf(spec.env, surroundings)),
    };
    return new ItemSink(new ExecStore(spec, { name, folder, env }), spec.provenance);
  }
  const { ca_file } = spec;
  const ca = ca_file === undefined ? {} : { ca: await fileValue(ca_file, folder) };
  if (spec.type === 'http') {
    const secrets = await secretsOf(spec.secrets, surroundings);
    return new ItemSink(new HttpStore(spec, { name, secrets, ...ca }), spec.provenance);
  }
  const { address, namespace, peers } = spec;
  return new VaultSink({
    address,
    login: await loginOf(spec.login, surroundings),
    ...(namespace === undefined ? {} : { namespace }),
    ...(peers === undefined ? {} : { peers }),
    ...ca,
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
