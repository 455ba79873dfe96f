import { KeywardApiError, KeywardConnectionError } from '@keyward/sdk';
import { KeywardError, StartupError } from '../base/errors.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { say, type Io } from './io.ts';

interface Failure {
  exitCode: number;
  message: string;
  details?: string[];
  hint?: string | null | undefined;
  example?: string | undefined;
}

/** Writes an error to stderr: what happened, details, a hint, an example. @returns the exit code. */
export async function printFailure(io: Io, error: unknown): Promise<number> {
  if (io.interrupted.aborted) return EXIT.interrupted;
  const { exitCode, message, details = [], hint, example } = await failureOf(error);
  say(io, `keyward: ${message}`);
  for (const detail of details) say(io, `  ${detail}`);
  if (typeof hint === 'string' && hint !== '') say(io, `  ${hint}`);
  if (example !== undefined) say(io, `  Example: ${example}`);
  return exitCode;
}

async function failureOf(error: unknown): Promise<Failure> {
  if (error instanceof CliError) return error;
  if (error instanceof KeywardApiError) {
    const isMissing = error.code === 'route_not_found' || (error.code === 'unknown' && error.status !== 200);
    if (!isMissing) return apiFailure(error);
    const { explainMissing } = await import('./missing-endpoint.ts');
    return { ...apiFailure(error), ...(await explainMissing(error)) };
  }
  if (error instanceof KeywardConnectionError) {
    const isDown = error.code === 'ECONNREFUSED';
    return {
      exitCode: EXIT.unreachable,
      message: error.message,
      hint: isDown ? 'Start it with keyward up.' : 'For another server set --url or KEYWARD_URL.',
    };
  }
  if (error instanceof StartupError) return { exitCode: error.exitCode, message: error.message };
  if (error instanceof KeywardError) {
    const { errors = [], hint } = error.extras;
    return {
      exitCode: byStatus(error.status),
      message: error.message,
      details: errors.length > 1 ? errors.map(({ field, message }) => `${field}: ${message}`) : [],
      hint,
    };
  }
  const { message, code } = error as NodeJS.ErrnoException;
  // An error of the system says what happened and where; anything else is a fault of Keyward.
  return {
    exitCode: EXIT.failure,
    message: code === undefined ? `${message} (a fault of keyward)` : message,
  };
}

const BY_STATUS: Record<number, ExitCode> = {
  400: EXIT.usage,
  401: EXIT.notAuthenticated,
  403: EXIT.forbidden,
  404: EXIT.notFound,
  422: EXIT.usage,
  429: EXIT.limited,
};
const byStatus = (status: number): ExitCode => BY_STATUS[status] ?? EXIT.failure;

/** The Developer API answers 403 where others answer 401. */
const isRefusedKey = ({ status, code }: KeywardApiError): boolean => status === 401 || code === 'invalid_key';

function apiFailure(error: KeywardApiError): Failure {
  const { status, code, requestId, errors } = error;
  return {
    exitCode: isRefusedKey(error) ? EXIT.notAuthenticated : byStatus(status),
    message: `${error.message} (${status} ${code}${requestId === null ? '' : `, request ${requestId}`})`,
    details: errors
      .filter(({ message }) => !error.message.includes(message))
      .map((item) => `${item.field}: ${item.message}`),
    hint: [error.hint ?? '', ownHint(error)].filter((text) => text !== '').join(' '),
  };
}

/** The hint of the command line, added to that of the server. */
function ownHint(error: KeywardApiError): string {
  const { status, code, details, retryAfterSeconds } = error;
  if (isRefusedKey(error)) return code === 'missing_key' ? MISSING_KEY_HINT : REFUSED_KEY_HINT;
  if (code === 'insufficient_scope') {
    return details['state'] === 'quarantined' ? '' : 'keyward auth status shows the scopes of the key.';
  }
  return status === 429 && retryAfterSeconds !== null ? `Try again in ${retryAfterSeconds} s.` : '';
}

const MISSING_KEY_HINT = 'No key was sent: keyward auth login, or set KEYWARD_API_KEY.';
const REFUSED_KEY_HINT =
  'The server refuses this key: it is unknown there, revoked, disabled or expired. keyward auth login stores ' +
  'another key. If the admin key is lost: keyward keys create --local';
