import { Type, type Static } from 'typebox';
import { call, closed, Headers, Login, ok, opt, Pointer, Secrets, text } from '../calls/call-spec.ts';
import { SecretReference, VariableName } from '../manifest/secret-reference.ts';

/* Sinks that the manifest describes wholly: a command or a request for each verb. docs/bootstrap-sinks.md explains them. */

const Compare = Type.Union([Type.Literal('version'), Type.Literal('none')], {
  description:
    'version: a write that gives {version} replaces nothing else. none: the store cannot do that; Keyward reads before and after',
});
const ProvenanceName = opt(
  text('the name of the item beside a value that has its provenance; default {name}.keyward'),
);

const ExitCodes = (description: string) =>
  Type.Array(Type.Integer({ minimum: 1, maximum: 255 }), { minItems: 1, maxItems: 20, description });
const Command = Type.Array(text('an argument; {name} stands for the name of the place'), {
  minItems: 1,
  maxItems: 50,
  description: 'the program and its arguments, without a shell',
});
const Said = (description: string) =>
  Type.Object(
    {
      exit: ExitCodes('exit codes'),
      stderr: text('a regular expression that its stderr matches'),
    },
    { ...closed, description: `${description}. Both must be so` },
  );
const WriteCommand = (description: string) =>
  Type.Object(
    {
      command: Command,
      stdin: opt(
        Type.Unknown({
          description: 'a text, or members that are sent as JSON; {value} stands for the value, the default',
        }),
      ),
      changed: opt(Said('How the command says that the version is another one')),
    },
    { ...closed, description },
  );

export const ExecSink = Type.Object(
  {
    type: Type.Literal('exec'),
    compare: Compare,
    env: opt(
      Type.Record(Type.String(), SecretReference, {
        description: 'variables of the commands, such as credentials',
      }),
    ),
    inherit: opt(
      Type.Array(VariableName, {
        maxItems: 50,
        description: 'variables that the commands inherit beside PATH and HOME',
      }),
    ),
    timeout_seconds: opt(
      Type.Number({ minimum: 0.1, maximum: 600, default: 30, description: 'for one command' }),
    ),
    at_once: opt(Type.Integer({ minimum: 1, maximum: 16, default: 4, description: 'commands at a time' })),
    read: Type.Object(
      {
        command: Command,
        absent: Said('How the command says that there is no value'),
        value: opt(Pointer('the value; left out: the whole stdout without its last line end')),
        version: opt(Pointer('the version')),
      },
      { ...closed, description: 'Prints the value' },
    ),
    create: opt(WriteCommand('Stores a value where none is; left out: as write')),
    write: WriteCommand('Replaces a value'),
    remove: Type.Object({ command: Command }, { ...closed, description: 'Removes a value' }),
    provenance: ProvenanceName,
  },
  { ...closed, description: 'A store behind a program, which gets the value on stdin' },
);
export type ExecSinkSpec = Static<typeof ExecSink>;

const Answered = (description: string) =>
  opt(
    Type.Object(
      {
        status: Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), {
          minItems: 1,
          maxItems: 20,
          description: 'statuses',
        }),
        body: opt(text('a regular expression that the body matches too')),
      },
      { ...closed, description },
    ),
  );
const changed = Answered('How the store says that the version is another one');

export const HttpSink = Type.Object(
  {
    type: Type.Literal('http'),
    compare: Compare,
    url: text('the address of the store, such as https://app.infisical.com'),
    ca_file: opt(text('PEM of certificate authorities')),
    secrets: Secrets,
    headers: Headers,
    login: Login,
    read: call(
      'GET',
      {
        ok,
        absent: Answered('How the store says that there is no value; default: status 404'),
        value: opt(Pointer('the value; left out: the whole answer without its last line end')),
        version: opt(
          Type.String({
            pattern: '^(etag|(/[^/]*)+)$',
            description: 'etag, or a JSON pointer such as /version: the version',
          }),
        ),
      },
      'Answers with the value',
    ),
    create: opt(call('POST', { ok, changed }, 'Stores a value where none is; left out: as write')),
    write: call('PUT', { ok, changed }, 'Replaces a value'),
    remove: call('DELETE', { ok }, 'Removes a value'),
    provenance: ProvenanceName,
  },
  { ...closed, description: 'A store behind an HTTP API, which gets the value in a body' },
);
export type HttpSinkSpec = Static<typeof HttpSink>;
