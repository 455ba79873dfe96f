import { join } from 'node:path';
import { keyward, type FailedCommand } from './keyward.ts';
import { REPOSITORY, type Settings } from './settings.ts';
import { StepError } from './steps.ts';

const MANIFEST = join(REPOSITORY, 'v2/keyward.bootstrap.yaml');

export interface KeyReport {
  id: string;
  action?: string;
  reason?: string;
  steps?: string;
}

/** The variables of the manifest. A key that the operator gives comes along. */
function manifestVariables({ state, openbao, service, wrapper }: Settings): Record<string, string> {
  const given = Object.entries(process.env).filter(([name]) => /^ANYLLM_API_KEY(_FILE)?$/.test(name));
  return {
    ...(Object.fromEntries(given) as Record<string, string>),
    V2_STATE: state,
    V2_OPENBAO: openbao.url,
    V2_SERVICE: service.url,
    V2_WRAPPER: wrapper.url,
  };
}

/** Runs `keyward bootstrap apply` for one phase. @throws StepError with its message and the next step */
export const applyPhase = (settings: Settings, phase: 'static' | 'derived'): Promise<KeyReport[]> =>
  bootstrap<KeyReport>(settings, ['apply', '--phase', phase]);

/** Runs a verb of `keyward bootstrap` on the manifest. @throws StepError with its message and the next step */
export async function bootstrap<Report extends KeyReport>(
  settings: Settings,
  args: readonly string[],
): Promise<Report[]> {
  const surroundings = { folder: settings.state, environment: manifestVariables(settings) };
  try {
    const output = await keyward(
      ['bootstrap', ...args, '--file', MANIFEST, '--output', 'json'],
      surroundings,
    );
    return (JSON.parse(output) as { keys: Report[] }).keys;
  } catch (error) {
    throw failure(error as FailedCommand);
  }
}

function failure({ stdout = '', stderr = '', message }: FailedCommand): StepError {
  const undone = keysIn(stdout).filter(({ action = '' }) => ['blocked', 'failed', 'open'].includes(action));
  if (undone.length === 0) return new StepError(stderr.trim() || message);
  const lines = undone.map(({ id, reason = '' }) => `${id}: ${reason.replace(/\.?$/, '.')}`);
  const next = undone.flatMap(({ steps = [] }) => steps).join('\n  ');
  return new StepError(lines.join('\n  '), next === '' ? {} : { next });
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
