import { Type, type Static, type TProperties } from 'typebox';
import { CONTAINER_MEMBERS } from '../docker/container-spec.ts';
import { closed, opt, Pointer, text } from '../calls/call-spec.ts';
import { HTTP_MEMBERS, HTTP_VERBS, type HttpVerbs } from './http-minter-spec.ts';

const LONG = { maxLength: 16_000 };
/** 125 and above: the container or a signal ended it, not the program. */
const EXIT_CODE_MAX = 124;
const ExitCodes = (description: string, minimum = 0) =>
  Type.Array(Type.Integer({ minimum, maximum: EXIT_CODE_MAX }), {
    minItems: 1,
    maxItems: 20,
    description,
  });

const command = <P extends TProperties>(properties: P, description: string) =>
  Type.Object(
    {
      command: Type.Array(text('the program or an argument', LONG), {
        minItems: 1,
        maxItems: 100,
        description:
          'the program and its arguments, without a shell unless it names one. Only {label}, {id} and {prefix} stand for values: arguments are shown to others',
      }),
      stdin: opt(text('what it reads from stdin; {name} stands for a value, also a secret one', LONG)),
      env: opt(
        Type.Record(Type.String(), Type.String({ maxLength: 16_000 }), {
          description:
            'its environment variables; {name} stands for a value. A secret is better given in stdin: an engine in debug mode logs variables',
        }),
      ),
      ...properties,
    },
    { ...closed, description },
  );

export const TimeoutSeconds = opt(
  Type.Number({ minimum: 0.1, maximum: 60, default: 20, description: 'how long a command may take' }),
);

const FRAMED = 'prints one line: the value of KEYWARD_FRAME, a blank, and JSON';

const ProbeCommand = command({}, 'Whether keys can be minted: exit code 0. Left out: find is asked');
const VerifyCommand = command(
  {
    valid: opt(ExitCodes('exit codes for a good key')),
    invalid: opt(ExitCodes('exit codes for a bad key; every other one leaves it open', 1)),
  },
  `Asked with {key} in stdin or env. Without valid and invalid it ${FRAMED} {"verdict": "valid"} or {"verdict": "invalid"}`,
);
const FindCommand = command(
  {
    items: opt(Pointer('the list of keys; left out: the whole JSON')),
    id: opt(Pointer('the id of an item; default /id')),
    label: opt(Pointer('the label of an item; default /label')),
    key: opt(Pointer('the key of an item, where the service shows it again')),
  },
  `${FRAMED}, the list of keys; {prefix} is what the labels of the wanted ones begin with`,
);
const MintCommand = command(
  {
    id: opt(Pointer('the id of the new key; default /id')),
    key: opt(Pointer('the new key; default /key')),
    frame: opt(
      Type.Literal('none', {
        description: 'for a program that prints the key alone, in one line; its label is its id then',
      }),
    ),
    format: opt(text('a regular expression that every key matches; with frame: none the whole output')),
  },
  `Asked with {label}. It ${FRAMED}`,
);
const RevokeCommand = command(
  { ok: opt(ExitCodes('exit codes that mean that the key is gone; default 0')) },
  'Asked with {id}',
);

/** The verbs of a minter, each as a command in a container of the service or as a request to it. */
export const ExecMinterSpec = Type.Object(
  {
    type: Type.Literal('exec'),
    ...CONTAINER_MEMBERS,
    user: opt(text('the user in the container; default: that of the image')),
    workdir: opt(text('the working folder in the container')),
    timeout_seconds: TimeoutSeconds,
    exit_codes: opt(
      Type.Record(Type.String({ pattern: '^[0-9]{1,3}$' }), text('such as the database cannot be read'), {
        description: 'what exit codes mean, for the error message',
      }),
    ),
    ...HTTP_MEMBERS,
    probe: opt(ProbeCommand),
    verify: Type.Union([VerifyCommand, HTTP_VERBS.verify]),
    find: Type.Union([FindCommand, HTTP_VERBS.find]),
    mint: Type.Union([MintCommand, HTTP_VERBS.mint]),
    revoke: Type.Union([RevokeCommand, HTTP_VERBS.revoke]),
  },
  { ...closed, description: 'A minter that runs commands in a container of the service' },
);
export type ExecMinterSpec = Static<typeof ExecMinterSpec>;

/** The verbs that are requests, and what goes with them. */
export function httpVerbsOf({
  secrets,
  headers,
  basic,
  parent,
  login,
  verify,
  find,
  mint,
  revoke,
}: ExecMinterSpec): HttpVerbs {
  return {
    ...(secrets && { secrets }),
    ...(headers && { headers }),
    ...(basic && { basic }),
    ...(parent && { parent }),
    ...(login && { login }),
    ...('command' in verify ? {} : { verify }),
    ...('command' in find ? {} : { find }),
    ...('command' in mint ? {} : { mint }),
    ...('command' in revoke ? {} : { revoke }),
  };
}

/** A verb that is a command. */
export type ExecCommand = Pick<Static<typeof ProbeCommand>, 'command' | 'stdin' | 'env'>;

export type CommandOf<Verb extends 'verify' | 'find' | 'mint' | 'revoke'> = Extract<
  ExecMinterSpec[Verb],
  ExecCommand
>;
