import { open } from 'node:fs/promises';
import type { OidcSettings } from '../../base/forms/oidc-settings.ts';
import { StartupError } from '../../base/errors.ts';

const NAME = 'KEYWARD_OIDC_CLIENT_SECRET_FILE';
const FILE_MAX_BYTES = 4_096;

/** @returns undefined for a public client. @throws StartupError, without the path, which may be the secret by mistake. */
export async function readClientSecret(secret: OidcSettings['clientSecret']): Promise<string | undefined> {
  if (secret === undefined) return undefined;
  if ('value' in secret) return secret.value;
  const handle = await open(secret.file, 'r').catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new StartupError(`The file named by ${NAME} cannot be read (${why}): check its path and owner.`);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile() || stat.size > FILE_MAX_BYTES)
      throw new StartupError(`The file named by ${NAME} must be a plain file that holds only the secret.`);
    if ((stat.mode & 0o077) !== 0)
      throw new StartupError(`The file named by ${NAME} can be read by others: chmod 600 "$${NAME}".`);
    const text = (await handle.readFile('utf8')).trim();
    if (text === '') throw new StartupError(`The file named by ${NAME} is empty: write the secret into it.`);
    return text;
  } finally {
    await handle.close();
  }
}
