import { containerFault } from '../docker/container-spec.ts';
import { httpMinterFaults } from './http-minter-faults.ts';
import { httpVerbsOf, type ExecCommand, type ExecMinterSpec } from './exec-minter-spec.ts';
import type { MinterSpec } from './presets.ts';

type Fault = [path: (string | number)[], message: string];

/** What the schema of a minter cannot say. Paths start at the minter. */
export function* minterFaults(spec: MinterSpec): Generator<Fault> {
  const place = spec.type === 'exec' || spec.type === 'anythingllm-exec' ? containerFault(spec) : undefined;
  if (place !== undefined) yield [[], place];
  if (spec.type === 'exec') yield* commandFaults(spec);
  if (spec.type === 'http') yield* httpMinterFaults(spec);
  if (spec.type === 'exec') yield* httpMinterFaults(httpVerbsOf(spec));
  const format = spec.type === 'exec' || spec.type === 'http' ? spec.mint.format : undefined;
  if (format !== undefined && !isPattern(format))
    yield [['mint', 'format'], 'must be a regular expression such as ^sk-[0-9a-z]{40}$'];
}

function* commandFaults(spec: ExecMinterSpec): Generator<Fault> {
  const { probe, verify, find, mint, revoke, secrets = {} } = spec;
  for (const [verb, call] of Object.entries({ probe, verify, find, mint, revoke }))
    if (call !== undefined && 'command' in call) yield* argumentFaults(verb, call, Object.keys(secrets));
  if ('command' in verify) {
    yield* needs('verify', 'key', verify);
    if ((verify.valid === undefined) !== (verify.invalid === undefined))
      yield [['verify'], 'must have both valid and invalid, such as valid: [0], invalid: [3], or neither'];
    const both = verify.valid?.find((code) => verify.invalid?.includes(code));
    if (both !== undefined) yield [['verify', 'invalid'], `must not have ${both}, which valid has`];
  }
  if ('command' in revoke) yield* needs('revoke', 'id', revoke);
  if (!('command' in mint)) return;
  // By its arguments the next run sees whether the command of a killed one still makes a key.
  if (!mint.command.some((argument) => argument.includes('{label}')))
    yield [
      ['mint', 'command'],
      "must have {label} in an argument, such as ['create-key', '--name', '{label}']",
    ];
  if (mint.frame !== undefined && mint.format === undefined)
    yield [['mint'], 'must have format with frame: none, such as format: "[0-9a-f]{40}"'];
  if (mint.frame !== undefined && (mint.id ?? mint.key) !== undefined)
    yield [['mint'], 'must not have id or key with frame: none: the whole output is the key'];
}

/** Arguments stand in the list of processes, in the events of the engine and in what it shows of a command. */
function* argumentFaults(
  verb: string,
  { command: argv }: ExecCommand,
  secrets: readonly string[],
): Generator<Fault> {
  for (const [index, argument] of argv.entries())
    for (const [, name = ''] of argument.matchAll(/\{(\w+)\}/g))
      if (name === 'key' || name === 'token' || secrets.includes(name))
        yield [
          [verb, 'command', index],
          `must not have {${name}}: arguments are shown to others. Give it in stdin, or in env, such as env: { KEY: '{${name}}' }`,
        ];
}

function* needs(verb: string, name: string, call: ExecCommand): Generator<Fault> {
  const texts = [...call.command, call.stdin ?? '', ...Object.values(call.env ?? {})];
  if (texts.some((part) => part.includes(`{${name}}`))) return;
  const where = name === 'key' ? 'stdin or env' : 'command, stdin or env';
  yield [[verb], `must have {${name}} in ${where}`];
}

function isPattern(format: string): boolean {
  try {
    return new RegExp(format, 'u').source !== '';
  } catch {
    return false;
  }
}
