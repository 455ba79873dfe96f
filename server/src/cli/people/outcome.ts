import { KeywardApiError, unwrap, type KeywardClient } from '@keyward/sdk';
import { CliError, EXIT } from '../exit.ts';

/** These routes answer 200 also where nothing was done. @throws CliError with the reason */
export function succeeded(outcome: { success?: boolean; error?: string | null | false }): void {
  const { error } = outcome;
  if (outcome.success === false || (typeof error === 'string' && error !== ''))
    throw new CliError(typeof error === 'string' && error !== '' ? error : 'The server did not do it.');
}

/** @throws CliError where the instance has no users: their routes answer 401 then, as to a bad key. */
export async function withUsers<T>(client: KeywardClient, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof KeywardApiError) || error.status !== 401) throw error;
    const { isMultiUser } = await unwrap(client.GET('/v1/admin/is-multi-user-mode'));
    if (isMultiUser) throw error;
    throw new CliError('This instance has no users: keys open it, or one password where it has one.', {
      exitCode: EXIT.failure,
      hint: 'An administrator turns users on in a session: docs/operations.md, "People".',
    });
  }
}
