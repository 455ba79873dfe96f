import { chmodSync, mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { ModuleLine, type Life } from './app/module-line.ts';
import { agentsModule } from './agents/index.ts';
import { auditModule } from './audit/index.ts';
import { batchesModule } from './batches/index.ts';
import { systemClock } from './base/clock.ts';
import { StartupError } from './base/errors.ts';
import type { Logger } from './base/logger.ts';
import { VERSION } from './base/version.ts';
import type { Config } from './config.ts';
import { chatModule } from './chat/index.ts';
import { documentsModule } from './documents/index.ts';
import type { ArrivalTimes } from './http/index.ts';
import { administratorsOf, identityModule } from './identity/index.ts';
import { jobsModule, queueTotals } from './jobs/index.ts';
import { importKeyList, keysModule } from './keys/index.ts';
import { modelsModule } from './models/index.ts';
import { movingMigrations } from './moving/index.ts';
import { nodesModule } from './nodes/index.ts';
import { retrievalModule, vectors } from './retrieval/index.ts';
import {
  checkMasterKey,
  findMasterKey,
  hasKnownMasterKey,
  loadMasterKey,
  makeMasterKey,
  Sealing,
  sealingMigrations,
  type MasterKey,
} from './sealing/index.ts';
import { settingsModule } from './settings/index.ts';
import { stacksModule } from './stacks/index.ts';
import {
  migrate,
  openStorage,
  storageMigrations,
  type Opening,
  type Storage,
  type Waiting,
} from './storage/index.ts';
import { usageModule } from './usage/index.ts';
import { emptyWidgets, widgetsModule } from './widgets/index.ts';
import { coverage, memberships, workspacesModule } from './workspaces/index.ts';

/** What modules need of those to their right. */
const FROM_THE_RIGHT = {
  administrators: administratorsOf(memberships),
  memberships,
  coverage,
  vectors,
  emptyWidgets,
};

type Start = typeof FROM_THE_RIGHT & Opening & { sealing: Sealing };

/** Key authority without the servers: what the command line needs on the machine itself. */
const CORE = new ModuleLine<Start>()
  .with({ migrations: storageMigrations, stop: ({ storage }) => storage.close() })
  .with(nodesModule)
  .with(auditModule)
  .with({ migrations: sealingMigrations })
  .with(settingsModule)
  .with(usageModule)
  .with(keysModule)
  .with(identityModule);

/** All modules of the server. A new module is a line here. */
const ALL = CORE.with(jobsModule)
  // After the workers, whose models it gives callers too.
  .with(modelsModule)
  .with(batchesModule)
  .with(documentsModule)
  .with(retrievalModule)
  .with(workspacesModule)
  .with(chatModule)
  .with(widgetsModule)
  .with(agentsModule)
  .with(stacksModule)
  .with({ migrations: movingMigrations });

/** All migrations, in the order of the modules. */
export const MIGRATIONS = ALL.migrations;

type ServicesOf<Line> = Line extends ModuleLine<Start, infer Services> ? Services : never;

export type Core = ServicesOf<typeof CORE> & { stop: () => Promise<void> };

/**
 * Opens the data directory, migrates the database, joins the other nodes.
 * @param mayMake whether a new database gets its master key here. @throws StartupError
 */
export async function openCore(
  config: Config,
  logger: Logger,
  { mayMake, waiting }: { mayMake: boolean; waiting?: Waiting | undefined },
): Promise<Core> {
  const { services, life } = await openLine(CORE, { config, logger, mayMake, waiting });
  return { ...services, stop: async () => void (await life.stop()) };
}

interface LineOptions {
  config: Config;
  logger: Logger;
  mayMake: boolean;
  waiting: Waiting | undefined;
}

async function openLine<Services extends Start>(
  line: ModuleLine<Start, Services>,
  { config, logger, mayMake, waiting }: LineOptions,
): Promise<{ services: Services; life: Life }> {
  const clock = systemClock;
  prepareDataDir(config.dataDir);
  const known = await findMasterKey({ ...config.masterKey, dataDir: config.dataDir });
  const storage = await openStorage(config.database, waiting);
  try {
    const applied = await migrate(storage, MIGRATIONS, clock.nowMs());
    if (applied.length > 0) logger.info({ steps: applied.length }, 'the database schema is up to date');
    const masterKey = known ?? (await newMasterKey(storage, { config, mayMake }));
    const sealing = Sealing.open({ masterKey: masterKey.key, previous: config.masterKey.previous });
    await checkMasterKey(storage, sealing, clock.nowMs());
    return await line.open({ ...FROM_THE_RIGHT, config, logger, clock, storage, sealing });
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** Never beside a database that has data: another key than theirs would make them unusable. @throws StartupError */
async function newMasterKey(
  storage: Storage,
  { config: { dataDir }, mayMake }: { config: Config; mayMake: boolean },
): Promise<MasterKey> {
  if (mayMake && !(await hasKnownMasterKey(storage))) return makeMasterKey(dataDir);
  return loadMasterKey({ dataDir });
}

function prepareDataDir(dataDir: string): void {
  try {
    const made = mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (made !== undefined) chmodSync(dataDir, 0o700);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new StartupError(
      `The data directory ${dataDir} cannot be made (${why}): set KEYWARD_DATA_DIR to one that can.`,
      {
        cause,
      },
    );
  }
}

/** The whole server. */
export interface App {
  core: ServicesOf<typeof ALL>;
  /** Where it listens, such as `http://127.0.0.1:5390`; known after `start`. */
  url(): string;
  start(): Promise<void>;
  /** Within the time that the settings give it. @returns whether all was written until then. */
  stop(): Promise<boolean>;
}

/**
 * Builds the server; it listens after `start`.
 * @param times how long requests may take to arrive; tests set their own.
 * @throws StartupError
 */
export async function openApp(
  config: Config,
  logger: Logger,
  { times, waiting }: { times?: ArrivalTimes | undefined; waiting?: Waiting } = {},
): Promise<App> {
  // Commands on local data open only the core: these modules take a third of the loading time.
  const [{ AccessLog, HttpServer, Metrics }, { allRoutes }, { readinessOf }] = await Promise.all([
    import('./http/index.ts'),
    import('./app/routes.ts'),
    import('./api/index.ts'),
  ]);
  const { services, life } = await openLine(ALL, { config, logger, mayMake: true, waiting });
  const { nodes, counters, jobs, models } = services;
  const metrics = new Metrics({
    nodeHoldsLease: () => nodes.leaseHolds(),
    totals: () => counters.totals(),
    jobs: () => queueTotals(jobs),
    upstreams: () => models.health.states(models.table.targets),
  });
  const readiness = readinessOf({ ...services, isStopping: (): boolean => http.isStopping });
  const accessLog = config.hasAccessLog ? new AccessLog(logger) : undefined;
  const stopping = new AbortController();
  const kernel = { ...services, metrics, accessLog, readiness, stopping, version: VERSION };
  const http = new HttpServer(kernel, allRoutes(VERSION), times);
  return {
    core: services,
    url: () => urlOf(config, http.address),
    start: async () => {
      await importListedKeys(services);
      await life.start();
      await http.listen(config.host, config.port);
    },
    stop: async () => {
      const endMs = performance.now() + config.stopping.limitMs;
      await http.stop().catch(() => undefined);
      return life.stop(endMs);
    },
  };
}

function urlOf({ host, tls }: Config, address: AddressInfo | null): string {
  const scheme = tls === undefined ? 'http' : 'https';
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${shown}:${address?.port ?? 0}`;
}

async function importListedKeys({ config, keys, logger }: Omit<Core, 'stop'>): Promise<void> {
  for (const list of config.bootstrapKeys) {
    try {
      const { imported, existing } = await importKeyList(keys, list);
      logger.info({ variable: list.variable, imported, existing }, 'keys of the environment');
    } catch (cause) {
      throw new StartupError((cause as Error).message, { cause });
    }
  }
}
