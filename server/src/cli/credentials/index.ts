import type { Context } from '../command.ts';
import { CliError, EXIT } from '../exit.ts';
import { say } from '../io.ts';
import { credentialsPath, readEntries, writeEntries, type Entries } from './file.ts';
import { clearFromKeyring, readFromKeyring, storeInKeyring } from './keyring.ts';

/** A stored login. Its key is read only when it is needed: the keyring may ask for a password. */
export interface StoredCredential {
  url: string;
  keyId: string;
  where: 'keyring' | 'file';
  key(): Promise<string>;
}

const NAME = /^[A-Za-z0-9][\w.-]{0,62}$/;

const entriesOf = ({ config, io }: Context): Promise<Entries> =>
  readEntries(config.client.configDir, (text) => say(io, text));

/** @throws CliError for an invalid name. */
function checkName(environment: string): void {
  if (NAME.test(environment) && !Object.hasOwn(Object.prototype, environment)) return;
  throw new CliError(
    'The name of an environment must be 1 to 63 letters, digits, dots or dashes, such as staging.',
    {
      exitCode: EXIT.usage,
    },
  );
}

export async function readCredential(
  context: Context,
  environment: string,
): Promise<StoredCredential | undefined> {
  checkName(environment);
  const entry = (await entriesOf(context))[environment];
  if (entry === undefined) return undefined;
  return {
    url: entry.url,
    keyId: entry.key_id,
    where: entry.stored_in,
    key: async () => {
      const key = entry.stored_in === 'file' ? entry.key : await readFromKeyring(environment, entry.url);
      if (key !== undefined && key !== '') return key;
      throw new CliError(`The key of client@${environment} is no longer in the ${entry.stored_in}.`, {
        exitCode: EXIT.notAuthenticated,
        hint: 'Unlock the keyring, or log in again.',
        example: 'keyward auth login',
      });
    },
  };
}

/** Such as `client@default`. */
export async function credentialNames(context: Context): Promise<string[]> {
  return Object.keys(await entriesOf(context))
    .sort()
    .map((name) => `client@${name}`);
}

/** @returns the place: `keyring` or the path of the file. */
export async function storeCredential(
  context: Context,
  environment: string,
  { url, key, keyId }: { url: string; key: string; keyId: string },
): Promise<string> {
  checkName(environment);
  const entries = await entriesOf(context);
  await forget(environment, entries);
  const inKeyring = await storeInKeyring(environment, url, key);
  entries[environment] = inKeyring
    ? { url, key_id: keyId, stored_in: 'keyring' }
    : { url, key_id: keyId, stored_in: 'file', key };
  const { configDir } = context.config.client;
  await writeEntries(configDir, entries);
  return inKeyring ? 'keyring' : credentialsPath(configDir);
}

/** @returns false if there was no such credential. */
export async function removeCredential(context: Context, environment: string): Promise<boolean> {
  checkName(environment);
  const entries = await entriesOf(context);
  if (!Object.hasOwn(entries, environment)) return false;
  await forget(environment, entries);
  await writeEntries(context.config.client.configDir, entries);
  return true;
}

async function forget(environment: string, entries: Entries): Promise<void> {
  const entry = entries[environment];
  if (entry?.stored_in === 'keyring') await clearFromKeyring(environment, entry.url);
  delete entries[environment];
}
