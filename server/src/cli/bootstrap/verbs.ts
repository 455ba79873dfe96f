import { verb } from '../command.ts';
import { OUTPUT_ARGS } from '../output.ts';
import { BOOTSTRAP_ARGS } from './arguments.ts';

const NOTES =
  'The manifest says which keys there are, where each comes from and where it is stored: docs/bootstrap.md. Values are never printed. Exit codes: 0 done, 1 something could not be done, 7 Vault or a service is away, 78 the manifest has faults or an operator has to give a value.';

export const plan = verb({
  args: {
    ...BOOTSTRAP_ARGS,
    'detailed-exitcode': { type: 'boolean', description: 'Exit code 2 if something is to be done' },
    ...OUTPUT_ARGS,
  },
  examples: ['bootstrap plan', 'bootstrap plan --file stack.yaml --phase static --detailed-exitcode'],
  notes: NOTES,
  run: async (args, context) => (await import('./run.ts')).planKeys(args, context),
});

export const apply = verb({
  args: {
    ...BOOTSTRAP_ARGS,
    restore: { type: 'boolean', description: 'Store values again that somebody deleted' },
    accept: { type: 'boolean', description: 'Keep values that somebody else changed' },
    watch: {
      type: 'boolean',
      description:
        'Go on until SIGTERM or Ctrl-C: copies, such as files, follow the first place, such as Vault',
    },
    interval: { type: 'string', description: 'Seconds between two rounds of --watch. Default: 30' },
    ...OUTPUT_ARGS,
  },
  examples: [
    'bootstrap apply',
    'bootstrap apply --file stack.yaml --only anythingllm --only jwt-secret',
    'bootstrap apply --watch --interval 10',
  ],
  notes: `${NOTES} A second run writes nothing.`,
  run: async (args, context) =>
    args.watch === true
      ? (await import('./watch.ts')).watchKeys(args, context)
      : (await import('./run.ts')).applyKeys(args, context),
});

export const rotate = verb({
  args: {
    ...BOOTSTRAP_ARGS,
    all: { type: 'boolean', description: 'All keys whose values Keyward makes' },
    unproved: {
      type: 'boolean',
      description: 'End the former value although not every consumer proves that it uses the new one',
    },
    ...OUTPUT_ARGS,
  },
  examples: ['bootstrap rotate --only anythingllm', 'bootstrap rotate --only anythingllm --unproved'],
  notes:
    'The new value is made, checked and stored; the consumers are informed and prove that they use it; then the former key is revoked, and former versions in Vault are destroyed. Without a proof both stay good: the same command goes on, and makes no further value.',
  run: async (args, context) => (await import('./rotate.ts')).rotateKeys(args, context),
});

export const status = verb({
  args: { ...BOOTSTRAP_ARGS, ...OUTPUT_ARGS },
  examples: ['bootstrap status', 'bootstrap status --only anythingllm --output json'],
  notes: NOTES,
  run: async (args, context) => (await import('./run.ts')).showStatus(args, context),
});

export const verify = verb({
  args: { ...BOOTSTRAP_ARGS, ...OUTPUT_ARGS },
  examples: ['bootstrap verify', '$ keyward bootstrap verify || keyward bootstrap apply'],
  notes: `${NOTES} It writes nothing.`,
  run: async (args, context) => (await import('./run.ts')).verifyKeys(args, context),
});

const CONFIRM_ARGS = {
  yes: { type: 'boolean', description: 'Do it. Default: only show what would be done' },
} as const;

export const gc = verb({
  args: { ...BOOTSTRAP_ARGS, ...CONFIRM_ARGS, ...OUTPUT_ARGS },
  examples: ['bootstrap gc', 'bootstrap gc --yes'],
  notes: 'Such keys carry the label keyward:<id>:<attempt>, and are not the stored one.',
  run: async (args, context) => (await import('./end.ts')).endKeys(args, context, 'gc'),
});

export const destroy = verb({
  args: { ...BOOTSTRAP_ARGS, ...CONFIRM_ARGS, ...OUTPUT_ARGS },
  examples: ['bootstrap destroy', 'bootstrap destroy --only anythingllm --yes'],
  notes:
    'Derived keys go first: their services may need the static ones. It may be repeated after a failure.',
  run: async (args, context) => (await import('./end.ts')).endKeys(args, context, 'destroy'),
});

const importVerb = verb({
  args: {
    files: {
      type: 'positional',
      description: 'The compose file or files, then the .env file; more in the order of compose',
      required: true,
    },
    file: {
      type: 'string',
      alias: 'f',
      description: 'The manifest. Default: keyward.bootstrap.yaml beside the compose file',
    },
    force: { type: 'boolean', description: 'Add to a manifest that exists; its own keys stay' },
    vault: {
      type: 'string',
      description: 'The address of the Vault or OpenBao that decides; files are copies',
    },
    mount: { type: 'string', description: 'The mount of its KV engine. Default: kv' },
    'path-prefix': { type: 'string', description: 'The path in the mount. Default: the name of the folder' },
    include: { type: 'string', description: 'This variable is a secret; may be repeated' },
    exclude: { type: 'string', description: 'This variable is no secret; may be repeated' },
    ...CONFIRM_ARGS,
    'detailed-exitcode': { type: 'boolean', description: 'Exit code 2 if something is to be done' },
    ...OUTPUT_ARGS,
  },
  examples: [
    'bootstrap import compose.yaml .env',
    'bootstrap import compose.yaml .env --vault https://vault.example:8200 --mount kv --path-prefix stack --yes',
  ],
  notes:
    'Finds the secrets of a compose stack, stores them, writes the manifest, and changes the compose file so that each\n' +
    'service gets them from files: docs/bootstrap-compose.md. It shows the change as a diff first. The token of Vault\n' +
    'comes from VAULT_TOKEN. Values are never printed. It may be repeated after a failure.',
  repeatsLast: true,
  run: async (args, context) => (await import('./import.ts')).importStack(args, context),
});
export { importVerb as import };
const handOver = verb({
  args: {
    id: { type: 'positional', required: true, description: 'Id of the key in the manifest' },
    ttl: { type: 'string', default: '300', description: 'Seconds in which it can be received' },
    file: BOOTSTRAP_ARGS.file,
    ...OUTPUT_ARGS,
  },
  examples: ['bootstrap hand-over anythingllm', 'bootstrap hand-over anythingllm --ttl 60 --output json'],
  notes:
    'Prints a wrapping token, by which one receiver gets the value once. The token alone gives the value: treat it as a secret.',
  run: async (args, context) => (await import('./hand-over.ts')).handOverKey(args, context),
});
export { handOver as 'hand-over' };

export const receive = verb({
  args: {
    address: { type: 'string', required: true, description: 'Vault or OpenBao, such as https://vault:8200' },
    file: { type: 'string', description: 'Write the value into this new file, mode 0600' },
    stdout: { type: 'boolean', description: 'Print the value instead' },
    'creation-path': {
      type: 'string',
      default: 'sys/wrapping/wrap',
      description: 'Where the token must have been made',
    },
    namespace: { type: 'string', description: 'The namespace of Vault' },
    'ca-file': { type: 'string', description: 'PEM of certificate authorities' },
  },
  examples: [
    '$ keyward bootstrap receive --address https://vault.example:8200 --file api_key <token',
    '$ WRAPPING_TOKEN_FILE=token keyward bootstrap receive --address https://vault.example:8200 --stdout',
  ],
  notes:
    'The wrapping token comes from WRAPPING_TOKEN, WRAPPING_TOKEN_FILE or stdin. Exit code 3: it was used already, has expired, or was made elsewhere.',
  run: async (args, context) => (await import('./hand-over.ts')).receiveKey(args, context),
});
