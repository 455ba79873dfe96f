import { minterFaults } from '../minters/minter-faults.ts';
import { storeFaults } from '../sinks/store-faults.ts';
import type { KeySpec, Manifest, PlaceSpec } from './manifest.ts';

type Path = (string | number)[];

const ID = /^[a-z0-9][a-z0-9_.-]{0,62}$/;
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
  const { mount, path: inMount = '' } = target;
  if (mount !== undefined && inMount.startsWith(`${mount}/data/`))
    yield [[...path, 'path'], `must be the path in the mount, without ${mount}/data/`];
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

const WAYS = ['signal', 'run', 'webhook'] as const;

function* consumerFaults(id: string, { consumers = [] }: KeySpec): Generator<[Path, string]> {
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
    if (proof === undefined) continue;
    if ((proof.url === undefined) === (proof.run === undefined))
      yield [[...path, 'proof'], 'must have a url or run, and not both'];
    if ((proof.pointer === undefined) !== (proof.equals === undefined))
      yield [[...path, 'proof'], 'must have pointer and equals together'];
  }
}
