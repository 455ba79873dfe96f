import { join } from 'node:path';
import { graphql } from './graphql.ts';
import { ensureRunning, untilReady } from './processes.ts';
import { cleanEnvironment, REPOSITORY, type Settings } from './settings.ts';

/** The wrapper reads its key from OpenBao itself, under a role that may read nothing else. */
export async function startWrapper(settings: Settings): Promise<string> {
  const { state, openbao, service, wrapper } = settings;
  const isNew = await ensureRunning(settings, {
    place: wrapper,
    command: [process.execPath, join(REPOSITORY, 'wrapper/src/main.ts')],
    folder: state,
    environment: cleanEnvironment({
      NODE_COMPILE_CACHE: join(REPOSITORY, 'node_modules/.cache/keyward'),
      WRAPPER_UPSTREAM: `${service.url}/api/v1`,
      WRAPPER_PORT: String(wrapper.port),
      WRAPPER_KEY_PLACE: 'kv/data/tribuence/v2/anythingllm#ANYLLM_API_KEY',
      // Requests without a key are answered with the wrapper's own, on loopback: the page needs none.
      WRAPPER_ANONYMOUS: 'own-key',
      VAULT_ADDR: openbao.url,
      VAULT_ROLE_ID: 'v2-wrapper',
      VAULT_SECRET_ID_FILE: join(state, 'roles/wrapper/secret-id'),
    }),
  });
  let answer = '';
  await untilReady(settings, 'wrapper', async () => {
    const { status, data } = await graphql(settings, '{ workspaces { totalCount } }').catch(() => ({
      status: 0,
      data: null,
    }));
    answer = JSON.stringify(data);
    return status === 200 && data !== null;
  });
  return `${isNew ? 'started' : 'is running'}, ${wrapper.url}, answers ${answer}`;
}
