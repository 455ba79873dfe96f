import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ROLES } from './first-secrets.ts';
import { ensureRunning, untilReady } from './processes.ts';
import { cleanEnvironment, REPOSITORY, type Settings } from './settings.ts';
import { StepError } from './steps.ts';
import { OpenBaoClient } from './openbao-client.ts';

/** Fetched by `.ci/packages.sh openbao`. */
const BINARY = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'keyward/openbao-2.7.2/bao');
const START_TIMEOUT_MS = 30_000;

/**
 * Starts OpenBao unless it runs, and waits until each role can log in.
 * @param more a further configuration file with a further role. @throws StepError
 */
export async function startOpenBao(
  settings: Settings,
  more: { configs: string[]; roles: string[] } = { configs: [], roles: [] },
): Promise<string> {
  const { state, openbao } = settings;
  if (!existsSync(BINARY))
    throw new StepError(`${BINARY} is missing.`, { next: 'Run: sh .ci/packages.sh openbao' });
  const folder = join(state, 'openbao');
  const done = join(folder, 'set-up');
  const isSetUp = existsSync(done);
  const configs = [join(REPOSITORY, 'v2/openbao.hcl'), join(folder, 'listener.hcl'), ...more.configs];
  const isNew = await ensureRunning(settings, {
    place: openbao,
    command: [BINARY, 'server', ...configs.map((file) => `-config=${file}`)],
    folder: state,
    environment: cleanEnvironment({ HOME: folder }),
    prepare: () => {
      // OpenBao sets itself up only once. If it was killed in the middle of that, it begins with new data.
      const data = join(folder, 'data');
      if (!isSetUp && existsSync(data) && readdirSync(data).length > 0)
        renameSync(data, `${data}.unfinished-${Date.now()}`);
      mkdirSync(data, { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, 'listener.hcl'), listenerOf(openbao.port), { mode: 0o600 });
    },
  });
  await untilRolesLogIn(settings, [...ROLES, ...more.roles]);
  writeFileSync(done, '');
  const what = !isNew ? 'is running' : isSetUp ? 'started and unsealed itself' : 'set up and started';
  return `${what}, ${openbao.url}`;
}

/** It listens, and is unsealed, before it has set up its roles. @throws StepError */
export async function untilRolesLogIn(settings: Settings, roles: readonly string[]): Promise<void> {
  const isReady = async (): Promise<boolean> => {
    const each = await Promise.all(roles.map((role) => OpenBaoClient.canLogIn(settings, role)));
    return each.every(Boolean);
  };
  await untilReady(settings, 'openbao', isReady, START_TIMEOUT_MS);
}

const listenerOf = (port: number): string => `listener "tcp" {
  address         = "127.0.0.1:${port}"
  cluster_address = "127.0.0.1:0"
  tls_disable     = true
}
api_addr     = "http://127.0.0.1:${port}"
cluster_addr = "http://127.0.0.1:${port + 1}"
`;
