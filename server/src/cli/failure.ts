import { KeywardApiError, KeywardConnectionError } from '@keyward/sdk';
import type { ArgsDef } from 'citty';
import { durationText } from '../base/duration-text.ts';
import { KeywardError, StartupError } from '../base/errors.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { faultText, withFlags } from './hints/flags.ts';
import { onlyNew } from './hints/sentences.ts';
import { say, type Io } from './io.ts';
import { cell } from './output.ts';

interface Failure {
  exitCode: number;
  message: string;
  details?: string[];
  hint?: string | null | undefined;
  example?: string | undefined;
}

interface Command {
  /** Fields of its request are named as its flags. */
  args?: ArgsDef | undefined;
  /** The thing of several that it was about. */
  about?: string;
}

/** Writes an error to stderr: what happened, details, a hint, an example. @returns the exit code. */
export async function printFailure(
  io: Io,
  error: unknown,
  { args = {}, about }: Command = {},
): Promise<number> {
  if (io.interrupted.aborted) return EXIT.interrupted;
  const { exitCode, message, details = [], hint, example } = await failureOf(error, args);
  const prefix = about === undefined ? '' : `${cell(about)}: `;
  const said = await Promise.all([message, ...details].map(inWords));
  for (const [at, text] of said.entries()) say(io, at === 0 ? `keyward: ${prefix}${text}` : `  ${text}`);
  const rest = onlyNew(await inWords(hint ?? ''), said.join(' '));
  if (rest !== '') say(io, `  ${rest}`);
  if (example !== undefined) say(io, `  Example: ${example}`);
  return exitCode;
}

/** In the words of the command line: commands for routes, and long waits in hours or days. */
async function inWords(text: string): Promise<string> {
  const waits = text.replaceAll(/\b(\d{3,}) s\b/g, (_, seconds) => durationText(Number(seconds)));
  if (!/ \/(?:api\/)?(?:v1\/|openapi)/.test(waits)) return waits;
  const [{ withCommands }, { root }] = await Promise.all([
    import('./hints/commands.ts'),
    import('./root.ts'),
  ]);
  return withCommands(waits, root);
}

export async function failureOf(error: unknown, args: ArgsDef): Promise<Failure> {
  if (error instanceof CliError) return error;
  if (error instanceof KeywardApiError) {
    const isMissing = error.code === 'route_not_found' || (error.code === 'unknown' && error.status !== 200);
    if (!isMissing) return apiFailure(error, args);
    const { explainMissing } = await import('./missing-endpoint.ts');
    return { ...apiFailure(error, args), ...(await explainMissing(error)) };
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
      ...inFlags(error, errors, args),
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

function apiFailure(error: KeywardApiError, args: ArgsDef): Failure {
  const { status, code, requestId } = error;
  const { message, details } = inFlags(error, error.errors, args);
  return {
    exitCode: isRefusedKey(error) ? EXIT.notAuthenticated : byStatus(status),
    message: `${message} (${status} ${code}${requestId === null ? '' : `, request ${requestId}`})`,
    details,
    hint: [withFlags(error.hint ?? '', args), ownHint(error)].filter((text) => text !== '').join(' '),
  };
}

/** A message that lists faults of fields names their flags; one that does not gets them as details. */
function inFlags(
  { message }: Error,
  faults: KeywardApiError['errors'],
  args: ArgsDef,
): { message: string; details: string[] } {
  const texts = faults.map((fault) => faultText(fault, args));
  const isListed = faults.length > 0 && faults.every((fault) => message.includes(fault.message));
  return isListed ? { message: texts.join('; '), details: [] } : { message, details: texts };
}

/** The hint of the command line, added to that of the server. */
function ownHint(error: KeywardApiError): string {
  const { status, code, details, retryAfterSeconds } = error;
  if (isRefusedKey(error)) return code === 'missing_key' ? MISSING_KEY_HINT : REFUSED_KEY_HINT;
  if (code === 'insufficient_scope') {
    return details['state'] === 'quarantined' ? '' : 'keyward auth status shows the scopes of the key.';
  }
  return status === 429 && retryAfterSeconds !== null
    ? `Try again in ${durationText(retryAfterSeconds)}.`
    : '';
}

const MISSING_KEY_HINT = 'No key was sent: keyward auth login, or set KEYWARD_API_KEY.';
const REFUSED_KEY_HINT =
  'The server refuses this key: it is unknown there, revoked, disabled or expired. keyward auth login stores ' +
  'another key. If the admin key is lost: keyward keys create --local';
