import { NAME_PATTERN } from '../../base/forms/bootstrap-forms.ts';
import { placeholdersIn } from '../calls/templates.ts';
import type { ConsumerSpec } from '../consumers/consumer-spec.ts';
import { containerFault } from '../docker/container-spec.ts';
import { minterFaults } from '../minters/minter-faults.ts';
import { storeFaults } from '../sinks/store-faults.ts';
import type { KeySpec, Manifest, PlaceSpec } from './manifest.ts';

type Path = (string | number)[];

const ID = new RegExp(NAME_PATTERN);
const FIELDS_MAX = 60;
/** A name in the metadata has at most 128, with `keyward.`. */
const FIELD_MAX_BYTES = 120;
const NAME_FORM = 'lower-case letters, digits, ".", "_" and "-", such as anythingllm';

/** What a schema cannot say. */
export function* meaningFaults({
  sinks,
  services = {},
  keys,
}: Manifest): Generator<[Path, string, boolean?]> {
  for (const [group, names] of Object.entries({ sinks, services, keys }))
    for (const name of Object.keys(names))
      if (!ID.test(name)) yield [[group, name], `must be ${NAME_FORM}`, true];
  for (const [name, sink] of Object.entries(sinks))
    if (sink.type === 'exec' || sink.type === 'http')
      for (const [path, message] of storeFaults(sink)) yield [['sinks', name, ...path], message];
  yield* crowdedSecrets(keys);
  const owners = new Map<string, string>();
  for (const [id, key] of Object.entries(keys)) {
    if (key.service !== undefined && !(key.service in services))
      yield [
        ['keys', id, 'service'],
        `must be one of the services: ${Object.keys(services).join(', ') || 'the manifest has no services'}`,
      ];
    if (key.phase === 'derived' && key.service === undefined)
      yield [['keys', id], 'must name the service that its phase derived waits for', true];
    for (const [index, target] of key.store.entries()) {
      const path: Path = ['keys', id, 'store', index];
      yield* placeFaults(target, sinks, path);
      const known = owners.get(JSON.stringify(target));
      if (known !== undefined) yield [path, `is the place of the key ${known} already`];
      owners.set(JSON.stringify(target), id);
    }
    yield* sourceFaults(id, key);
    yield* consumerFaults(id, key);
  }
}

function* placeFaults(target: PlaceSpec, sinks: Manifest['sinks'], path: Path): Generator<[Path, string]> {
  const sink = sinks[target.sink];
  if (sink === undefined) {
    yield [[...path, 'sink'], `must be one of the sinks: ${Object.keys(sinks).join(', ')}`];
    return;
  }
  const [needed, others]: [(keyof PlaceSpec)[], (keyof PlaceSpec)[]] =
    sink.type === 'vault' ? [['mount', 'path', 'field'], ['name']] : [['name'], ['mount', 'path', 'field']];
  for (const member of needed)
    if (target[member] === undefined)
      yield [path, `must have ${needed.join(', ')} in a sink of the type ${sink.type}`];
  for (const member of others)
    if (target[member] !== undefined)
      yield [[...path, member], `means nothing in a sink of the type ${sink.type}`];
  const { mount, path: inMount = '', field = '' } = target;
  if (Buffer.byteLength(field) >= FIELD_MAX_BYTES)
    yield [
      [...path, 'field'],
      `must have at most ${FIELD_MAX_BYTES - 1} bytes: its name stands in the metadata`,
    ];
  if (mount !== undefined && inMount.startsWith(`${mount}/data/`))
    yield [[...path, 'path'], `must be the path in the mount, without ${mount}/data/`];
}

/** Vault keeps 64 members of metadata for a secret, some of them for others. */
function* crowdedSecrets(keys: Manifest['keys']): Generator<[Path, string]> {
  const counts = new Map<string, number>();
  for (const [id, { store }] of Object.entries(keys))
    for (const [index, { sink, mount, path }] of store.entries()) {
      const secret = JSON.stringify([sink, mount, path]);
      const count = (counts.get(secret) ?? 0) + 1;
      counts.set(secret, count);
      if (mount !== undefined && count > FIELDS_MAX)
        yield [
          ['keys', id, 'store', index, 'path'],
          `must be another path: Vault keeps the provenance of at most ${FIELDS_MAX} fields of one secret`,
        ];
    }
}

function* sourceFaults(id: string, { sources, service, phase }: KeySpec): Generator<[Path, string]> {
  const minting = sources.findIndex((source) => 'mint' in source);
  if (minting !== -1 && (service === undefined || phase !== 'derived'))
    yield [['keys', id, 'sources', minting], 'needs phase: derived and the service that mints'];
  for (const [index, source] of sources.entries())
    if ('mint' in source)
      for (const [path, message] of minterFaults(source.mint))
        yield [['keys', id, 'sources', index, 'mint', ...path], message];
  const last = sources.findIndex((source) => 'random' in source || 'mint' in source);
  if (last !== -1 && last < sources.length - 1)
    yield [['keys', id, 'sources', last + 1], 'is never reached: the source before it always gives a value'];
}

const WAYS = ['signal', 'restart', 'run', 'webhook'] as const;

function* consumerFaults(id: string, { consumers = [], store, sources }: KeySpec): Generator<[Path, string]> {
  const canKnow = {
    version: store[0]?.mount !== undefined,
    id: sources.some((source) => 'mint' in source),
  };
  for (const [index, consumer] of consumers.entries()) {
    const path: Path = ['keys', id, 'consumers', index];
    const { name, proof } = consumer;
    if (consumers.findIndex((other) => other.name === name) < index)
      yield [[...path, 'name'], `is the name of another consumer already`];
    if (WAYS.filter((way) => consumer[way] !== undefined).length > 1)
      yield [
        path,
        `must have one of ${WAYS.join(', ')}, or none of them if it reads the value again by itself`,
      ];
    yield* containerFaults(consumer, path);
    if (proof === undefined) continue;
    if (!canKnow.version && names(proof).includes('version'))
      yield [[...path, 'proof'], 'has {version}, which only a key whose first place is in Vault has'];
    if (!canKnow.id && names(proof).includes('id'))
      yield [[...path, 'proof'], 'has {id}, which only a minted key has'];
    if ((proof.url === undefined) === (proof.run === undefined))
      yield [[...path, 'proof'], 'must have a url or run, and not both'];
    if ((proof.pointer === undefined) !== (proof.equals === undefined))
      yield [[...path, 'proof'], 'must have pointer and equals together'];
  }
}

const names = ({ equals, run }: NonNullable<ConsumerSpec['proof']>): string[] =>
  placeholdersIn([equals, run]);

function* containerFaults({ signal, restart }: ConsumerSpec, path: Path): Generator<[Path, string]> {
  const { pid_file, container, compose, image } = signal ?? {};
  const isProcess = pid_file !== undefined;
  if (isProcess && [container, compose, image].some((member) => member !== undefined))
    yield [[...path, 'signal'], 'must have either pid_file, or container or compose'];
  if (signal !== undefined && !isProcess && containerFault(signal) !== undefined)
    yield [[...path, 'signal'], 'must have pid_file, container, or compose: { project, service }'];
  const fault = restart === undefined ? undefined : containerFault(restart);
  if (fault !== undefined) yield [[...path, 'restart'], fault];
}
