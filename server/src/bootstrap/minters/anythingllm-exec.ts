import { Type, type Static } from 'typebox';
import { CONTAINER_MEMBERS } from '../docker/container-spec.ts';
import { TimeoutSeconds, type ExecMinterSpec } from './exec-minter-spec.ts';

export const AnythingllmExecMinter = Type.Object(
  {
    type: Type.Literal('anythingllm-exec'),
    ...CONTAINER_MEMBERS,
    timeout_seconds: TimeoutSeconds,
    workdir: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2_000,
        default: '/app/server',
        description: 'the folder of the server in the container',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'A key of AnythingLLM, made in its container: without a user or a password',
  },
);

/**
 * Runs in the container, in the folder of its server (server/models/apiKeys.js of AnythingLLM). `create` and `delete` say in
 * their answer that they failed; `where` says it on the console only, and answers with an empty list: keys that are there
 * would be taken for missing. Older versions have no names on keys: `where` fails in them, before a key is made.
 */
const SCRIPT = `
const { argv, env, stdout, exit } = process;
const [verb, text] = argv.slice(1);
const end = (code, body) =>
  stdout.write(env.KEYWARD_FRAME + ' ' + JSON.stringify(body) + '\\n', () => exit(code));
(async () => {
  const { ApiKey } = require('./models/apiKeys');
  if (verb === 'find') {
    let failed = false;
    console.error = () => { failed = true; };
    const keys = await ApiKey.where({ name: { startsWith: text } });
    if (failed) return end(3, {});
    keys.sort((a, b) => a.id - b.id);
    return end(0, keys.map(({ id, name, secret }) => ({ id, label: name, key: secret })));
  }
  if (verb === 'mint') {
    const { apiKey, error } = await ApiKey.create(null, text);
    if (error || !apiKey) return end(4, {});
    return end(0, { id: apiKey.id, key: apiKey.secret });
  }
  return end((await ApiKey.delete({ id: Number(text) })) ? 0 : 5, {});
})().catch(() => exit(6));
`;

const call = (...rest: string[]): string[] => ['node', '-e', SCRIPT.trim(), ...rest];

/** Its database has keys in clear text, so that the key of a killed run is adopted. */
export function anythingllmExec(spec: Static<typeof AnythingllmExecMinter>): ExecMinterSpec {
  const { type: _, workdir = '/app/server', ...container } = spec;
  return {
    type: 'exec',
    ...container,
    workdir,
    exit_codes: {
      3: 'AnythingLLM cannot read its keys, or is too old to have names on them',
      4: 'AnythingLLM could not create the key',
      5: 'AnythingLLM could not delete the key',
      6: `there is no AnythingLLM in ${workdir}`,
    },
    verify: { path: '/api/v1/auth', headers: { authorization: 'Bearer {key}' }, invalid: [403] },
    find: { command: call('find', '{prefix}'), key: '/key' },
    mint: { command: call('mint', '{label}') },
    revoke: { command: call('delete', '{id}') },
  };
}
