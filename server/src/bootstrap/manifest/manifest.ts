import { Type, type Static, type TProperties } from 'typebox';
import { NAME_PATTERN } from '../../base/forms/bootstrap-forms.ts';
import { closed, opt, text } from '../calls/call-spec.ts';
import { ConsumerSpec } from '../consumers/consumer-spec.ts';
import { ReportSpec } from './report-spec.ts';
import { MinterSpec } from '../minters/presets.ts';
import { Random } from './random.ts';
import { ExecSink, HttpSink } from '../sinks/store-specs.ts';
import { SecretReference, VariableName } from './secret-reference.ts';

/*
 * The manifest: which keys there are, where each comes from, and where it is stored. docs/bootstrap.md explains it;
 * docs/bootstrap.schema.json is made from this file.
 */

const object = <P extends TProperties>(properties: P, description: string) =>
  Type.Object(properties, { ...closed, description });

const Name = Type.String({
  pattern: NAME_PATTERN,
  description: 'lower-case letters, digits, ".", "_" and "-", such as anythingllm',
});
const Seconds = (value: number, description: string) =>
  Type.Number({ minimum: 0.1, maximum: 3_600, default: value, description });

const VaultLogin = Type.Union([
  object({ method: Type.Literal('token'), token: SecretReference }, 'A token'),
  object(
    {
      method: Type.Literal('approle'),
      role_id: SecretReference,
      secret_id: opt(SecretReference),
      wrapped_secret_id: opt(SecretReference),
      role_name: opt(Name),
      mount: opt(text('the mount of the auth method')),
    },
    'AppRole: secret_id, or wrapped_secret_id with role_name',
  ),
  object(
    {
      method: Type.Literal('kubernetes'),
      role: text('the role of the auth method'),
      jwt_file: opt(text('the file of the service account token')),
      mount: opt(text('the mount of the auth method')),
    },
    'The service account of a pod',
  ),
  object(
    {
      method: Type.Literal('userpass'),
      username: text('the user name'),
      password: SecretReference,
      mount: opt(text('the mount of the auth method')),
    },
    'A user name and a password',
  ),
]);

const VaultSink = object(
  {
    type: Type.Literal('vault'),
    address: text('such as https://vault.example:8200'),
    login: VaultLogin,
    namespace: opt(text('the namespace')),
    ca_file: opt(text('PEM of certificate authorities')),
    peers: opt(
      Type.Array(text('an origin'), { maxItems: 20, description: 'Servers that a standby may redirect to' }),
    ),
  },
  'KV version 2 of Vault or OpenBao',
);

const FilesSink = object(
  { type: Type.Literal('files'), directory: text('one file of mode 0600 a secret; may be a tmpfs') },
  'Files, for compose secrets and *_FILE variables',
);

const DotenvSink = object(
  { type: Type.Literal('dotenv'), file: text('a file of mode 0600, such as .env.secrets') },
  'A .env file; lines that Keyward does not manage stay',
);

export const Sink = Type.Union([VaultSink, FilesSink, DotenvSink, ExecSink, HttpSink]);
export type SinkSpec = Static<typeof Sink>;

/** Where in a sink: `mount`, `path` and `field` in a Vault, `name` in the others. */
const Place = object(
  {
    sink: Name,
    mount: opt(text('the mount of the KV engine, such as kv')),
    path: opt(text('the path in the mount, such as tribuence/v2/anythingllm')),
    field: opt(text('the field of the secret, such as ANYLLM_API_KEY')),
    name: opt(text('the name of the file, the variable or the item')),
  },
  'One place where the value is stored',
);
export type PlaceSpec = Static<typeof Place>;

const Source = Type.Union([
  object(
    { env: VariableName },
    'Given by the operator, in this variable or in the file that NAME_FILE names',
  ),
  object({ random: Random }, 'Chosen by Keyward'),
  object({ mint: MinterSpec }, 'Minted by the service of the key'),
  object(
    { manual: text('the steps for a person, who then sets the variable of an env source') },
    'Steps by hand',
  ),
]);
export type SourceSpec = Static<typeof Source>;

const Service = object(
  {
    url: text('the address of the service, such as http://127.0.0.1:3001'),
    ready: opt(
      object(
        {
          path: opt(text('asked until it answers, such as /api/ping', { default: '/' })),
          status: opt(
            Type.Integer({
              minimum: 100,
              maximum: 599,
              default: 200,
              description: 'the status that means ready',
            }),
          ),
          timeout_seconds: opt(Seconds(120, 'how long to wait')),
        },
        'When the service counts as ready',
      ),
    ),
  },
  'A running service that gives keys or uses them',
);

const Key = object(
  {
    phase: opt(Type.Union([Type.Literal('static'), Type.Literal('derived')], { default: 'static' })),
    service: opt(Name),
    sources: Type.Array(Source, {
      minItems: 1,
      maxItems: 10,
      description: 'The first that gives a value is used',
    }),
    store: Type.Array(Place, {
      minItems: 1,
      maxItems: 10,
      description: 'The first place is the one that decides; the others are copies',
    }),
    consumers: opt(
      Type.Array(ConsumerSpec, {
        maxItems: 50,
        description: 'Programs that use the key: they are informed when its value is replaced',
      }),
    ),
    quiet_seconds: opt(
      Type.Number({
        minimum: 1,
        maximum: 86_400,
        description:
          'rotation: the former key counts as unused after this time without a use, as the service says; for minters with used',
      }),
    ),
  },
  'One key',
);
export type KeySpec = Static<typeof Key>;

export const Manifest = Type.Object(
  {
    version: Type.Literal(1),
    stack: opt({
      ...Name,
      description:
        'the name of this stack: it stands in the labels of minted keys. Give one where several stacks mint keys of the same id at one service',
    }),
    sinks: Type.Record(Type.String(), Sink, { description: 'The places where keys are stored, by name' }),
    services: opt(Type.Record(Type.String(), Service, { description: 'Services, by name' })),
    keys: Type.Record(Type.String(), Key, { description: 'Keys, by id' }),
    report: opt(ReportSpec),
  },
  { ...closed, title: 'Keyward bootstrap manifest' },
);
export type Manifest = Static<typeof Manifest>;
