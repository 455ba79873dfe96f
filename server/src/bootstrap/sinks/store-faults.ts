import { placeholdersIn } from '../calls/templates.ts';
import type { ExecSinkSpec, HttpSinkSpec } from './store-specs.ts';

type Fault = [path: (string | number)[], message: string];
type Verb = 'read' | 'create' | 'write' | 'remove';

const IN_ARGUMENTS = 'must not hold {value}: everybody on the machine can see arguments. Give it in stdin';
const IN_ADDRESS = 'must not hold {value}: addresses and headers stand in logs. Give it in body';

/** What the schema cannot say of a sink that the manifest describes. Paths start at the sink. */
export function* storeFaults(sink: ExecSinkSpec | HttpSinkSpec): Generator<Fault> {
  for (const verb of ['read', 'create', 'write', 'remove'] as const) {
    const { seen, hidden } = partsOf(sink, verb);
    if (seen === undefined) continue;
    for (const [path, part, message] of seen)
      if (placeholdersIn(part).includes('value')) yield [[verb, ...path], message];
    const all = placeholdersIn([seen.map(([, part]) => part), hidden]);
    if (!all.includes('name')) yield [[verb], 'must hold {name}, the name of the place'];
    for (const name of secretsInPath(sink, verb))
      yield [[verb, 'path'], `must not hold {${name}}: addresses stand in logs. Give it in headers or body`];
    const isWrite = verb === 'create' || verb === 'write';
    if (isWrite && !placeholdersIn(hidden).includes('value'))
      yield [[verb], `must hold {value} in ${sink.type === 'exec' ? 'stdin' : 'body'}`];
  }
  yield* compareFaults(sink);
  if (sink.provenance !== undefined && !sink.provenance.includes('{name}'))
    yield [['provenance'], 'must hold {name}, such as {name}.keyward'];
  for (const [path, said] of [
    [['read', 'absent'], sink.read.absent],
    [['create', 'changed'], sink.create?.changed],
    [['write', 'changed'], sink.write.changed],
  ] as const) {
    const [member, text] =
      said !== undefined && 'exit' in said ? ['stderr', said.stderr] : ['body', said?.body];
    if (text !== undefined && !isRegularExpression(text))
      yield [[...path, member], 'must be a regular expression, such as "not found"'];
  }
}

function secretsInPath(sink: ExecSinkSpec | HttpSinkSpec, verb: Verb): string[] {
  if (sink.type === 'exec') return [];
  const secrets = ['token', ...Object.keys(sink.secrets ?? {})];
  return placeholdersIn(sink[verb]?.path).filter((name) => secrets.includes(name));
}

function* compareFaults(sink: ExecSinkSpec | HttpSinkSpec): Generator<Fault> {
  const { compare, read, write, create } = sink;
  if (compare === 'none') {
    if (read.version !== undefined) yield [['read', 'version'], 'means nothing with compare: none'];
    return;
  }
  if (read.version === undefined) yield [['read'], 'must have version, since compare is version'];
  if (write.changed === undefined) yield [['write'], 'must have changed, since compare is version'];
  if (create?.changed === undefined)
    yield [
      ['create'],
      'must have changed, which says that there is a value already, since compare is version',
    ];
  if (!placeholdersIn(write).includes('version'))
    yield [['write'], 'must hold {version}, since compare is version'];
}

type Seen = [path: (string | number)[], part: unknown, message: string];

interface Parts {
  /** What others may see; undefined: the sink has no such verb. */
  seen?: Seen[];
  hidden?: unknown;
}

function partsOf(sink: ExecSinkSpec | HttpSinkSpec, verb: Verb): Parts {
  if (sink.type === 'exec') {
    const described = sink[verb];
    if (described === undefined) return {};
    const seen = described.command.map<Seen>((part, index) => [['command', index], part, IN_ARGUMENTS]);
    return { seen, hidden: 'stdin' in described ? described.stdin : verb === 'read' ? '' : '{value}' };
  }
  const described = sink[verb];
  if (described === undefined) return {};
  const { path, headers, body } = described;
  return {
    seen: [
      [['path'], path, IN_ADDRESS],
      [['headers'], { ...sink.headers, ...headers }, IN_ADDRESS],
    ],
    hidden: body,
  };
}

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
