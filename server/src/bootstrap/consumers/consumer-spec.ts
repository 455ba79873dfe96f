import { Type, type Static } from 'typebox';
import { NAME_PATTERN } from '../../base/forms/bootstrap-forms.ts';
import { closed, opt, text } from '../calls/call-spec.ts';
import { CONTAINER_MEMBERS } from '../docker/container-spec.ts';
import { SecretReference } from '../manifest/secret-reference.ts';

const Command = Type.Array(text('the program, then its arguments'), {
  minItems: 1,
  maxItems: 50,
  description: 'a command, started without a shell in the folder of the manifest',
});
const Headers = opt(
  Type.Record(Type.String(), Type.String({ maxLength: 4_000 }), {
    description: 'headers; {name} stands for one of the secrets',
  }),
);
const Secrets = opt(
  Type.Record(Type.String(), SecretReference, { description: '{ env: NAME } or { file: path }' }),
);
const Seconds = (value: number, description: string) =>
  opt(Type.Number({ minimum: 0.1, maximum: 3_600, default: value, description }));

/** A program that uses a key: how it hears of a new value, and how it proves that it uses it. */
export const ConsumerSpec = Type.Object(
  {
    name: Type.String({ pattern: NAME_PATTERN, description: 'such as web' }),
    signal: opt(
      Type.Object(
        {
          pid_file: opt(text('the file with its process id')),
          ...CONTAINER_MEMBERS,
          signal: opt(
            Type.Enum(['HUP', 'USR1', 'USR2', 'TERM', 'INT'], { default: 'HUP', description: 'the signal' }),
          ),
        },
        { ...closed, description: 'Sends a signal to a process of this machine, or to a container' },
      ),
    ),
    restart: opt(
      Type.Object(CONTAINER_MEMBERS, {
        ...closed,
        description: 'Restarts a container; one that is stopped is started',
      }),
    ),
    run: opt(Command),
    webhook: opt(
      Type.Object(
        { url: text('asked by POST; a status of 2xx means done'), headers: Headers, secrets: Secrets },
        {
          ...closed,
          description: 'Calls an address. The body has the id of the key and its place, not its value',
        },
      ),
    ),
    proof: opt(
      Type.Object(
        {
          url: opt(text('asked until it answers as said here')),
          headers: Headers,
          secrets: Secrets,
          status: opt(
            Type.Integer({ minimum: 100, maximum: 599, default: 200, description: 'the expected status' }),
          ),
          pointer: opt(
            Type.String({ pattern: '^(/[^/]*)+$', description: 'a JSON pointer such as /key/version' }),
          ),
          equals: opt(
            text(
              'the text or number there; {version} of the secret in Vault and {id} of the key in its service stand for values',
            ),
          ),
          run: opt(Command),
          timeout_seconds: Seconds(60, 'how long to wait for the proof'),
        },
        {
          ...closed,
          description: 'Shows that it uses the new value: an answer of it, or a command that ends with 0',
        },
      ),
    ),
  },
  { ...closed, description: 'A program that uses the key' },
);
export type ConsumerSpec = Static<typeof ConsumerSpec>;
