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

function byStatus(status: number): ExitCode {
  const codes: Record<number, ExitCode> = {
    400: EXIT.usage,
    401: EXIT.notAuthenticated,
    403: EXIT.forbidden,
    404: EXIT.notFound,
    422: EXIT.usage,
    429: EXIT.limited,
  };
  return codes[status] ?? EXIT.failure;
}

function apiFailure(error: KeywardApiError): Failure {
  const { status, code, requestId, errors } = error;
  // The Developer API answers 403 where others answer 401.
  const isUnknown = status === 401 || code === 'invalid_key';
  const base: Failure = {
    exitCode: isUnknown ? EXIT.notAuthenticated : byStatus(status),
    message: `${error.message} (${status} ${code}${requestId === null ? '' : `, request ${requestId}`})`,
    details: errors
      .filter(({ message }) => !error.message.includes(message))
      .map((item) => `${item.field}: ${item.message}`),
    hint: error.hint,
  };
  if (isUnknown) return { ...base, hint: hints(base.hint, LOGIN_HINTS[code] ?? LOGIN_HINTS['invalid_key']) };
  if (code === 'insufficient_scope') {
    const { scope } = error.details;
    const which = typeof scope === 'string' ? ` ${scope}` : '';
    return {
      ...base,
      hint: hints(base.hint, `The key lacks the scope${which}. keyward auth status shows its scopes.`),
    };
  }
  if (status === 429 && error.retryAfterSeconds !== null)
    return { ...base, hint: hints(base.hint, `Try again in ${error.retryAfterSeconds} s.`) };
  return base;
}

const hints = (...given: (string | null | undefined)[]): string =>
  given.filter((text) => typeof text === 'string' && text !== '').join(' ');

const LOGIN_HINTS: Record<string, string> = {
  missing_key: 'No key was sent: keyward auth login, or set KEYWARD_API_KEY.',
  invalid_key:
    'The server refuses this key: it is unknown there, revoked, disabled or expired. keyward auth login stores another key. If the admin key is lost: keyward keys create --local',
};
