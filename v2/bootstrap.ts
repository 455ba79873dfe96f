import { join } from 'node:path';
import { keyward, type FailedCommand } from './keyward.ts';
import { REPOSITORY, type Settings } from './settings.ts';
import { StepError } from './steps.ts';

const MANIFEST = join(REPOSITORY, 'v2/keyward.bootstrap.yaml');

export interface KeyReport {
  id: string;
  action: string;
  reason?: string;
  steps?: string;
}

/** The variables of the manifest. A key that the operator gives comes along. */
function manifestVariables({ state, openbao, service }: Settings): Record<string, string> {
  const given = Object.entries(process.env).filter(([name]) => /^ANYLLM_API_KEY(_FILE)?$/.test(name));
  return {
    ...(Object.fromEntries(given) as Record<string, string>),
    V2_STATE: state,
    V2_OPENBAO: openbao.url,
    V2_SERVICE: service.url,
  };
}

/** Runs `keyward bootstrap apply` for one phase. @throws StepError with its message and the next step */
export async function applyPhase(settings: Settings, phase: 'static' | 'derived'): Promise<KeyReport[]> {
  const args = ['bootstrap', 'apply', '--file', MANIFEST, '--phase', phase, '--output', 'json'];
  const surroundings = { folder: settings.state, environment: manifestVariables(settings) };
  try {
    return (JSON.parse(await keyward(args, surroundings)) as { keys: KeyReport[] }).keys;
  } catch (error) {
    throw failure(error as FailedCommand);
  }
}

function failure({ stdout = '', stderr = '', message }: FailedCommand): StepError {
  const blocked = keysIn(stdout).find(({ action }) => action === 'blocked');
  if (blocked === undefined) return new StepError(stderr.trim() || message);
  const { id, reason = '', steps } = blocked;
  return new StepError(`${id}: ${reason}.`, steps === undefined ? {} : { next: steps });
}

function keysIn(stdout: string): KeyReport[] {
  try {
    return (JSON.parse(stdout) as { keys: KeyReport[] }).keys;
  } catch {
    return [];
  }
}

/** Such as `stored jwt-secret`. */
export function outcomeOf(reports: readonly KeyReport[]): string {
  const written = reports.filter(({ action }) => action !== 'none').map(({ id }) => id);
  return written.length === 0 ? `${reports.length} in step, nothing written` : `stored ${written.join(', ')}`;
}
