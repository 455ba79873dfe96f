import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { append, auditMigrations, Checkpointer, RefusalRecorder, secretNet } from './audit/index.ts';
import type { SecretNet } from './audit/index.ts';
import { systemClock } from './base/clock.ts';
import type { Clock } from './base/clock.ts';
import { KEY_MARK } from './base/key-text.ts';
import { StartupError } from './base/errors.ts';
import type { Logger } from './base/logger.ts';
import type { Config } from './config.ts';
import { Chat } from './chat/index.ts';
import { Documents, documentsMigrations, Intake } from './documents/index.ts';
import type { ArrivalTimes, Listener } from './http/index.ts';
import { administratorsOf, identityMigrations, openIdentity } from './identity/index.ts';
import type { Identity } from './identity/index.ts';
import { importKeyList, keysMigrations, openKeys, QuietSweeper } from './keys/index.ts';
import type { BudgetKeeper, KeysContext, SpentBudget } from './keys/index.ts';
import { LocalModel, Models, modelsMigrations } from './models/index.ts';
import { Embeddings, movingMigrations } from './moving/index.ts';
import { Nodes, nodesMigrations } from './nodes/index.ts';
import { checkMasterKey, loadMasterKey, Sealing, sealingMigrations } from './sealing/index.ts';
import { Settings, settingsMigrations } from './settings/index.ts';
import { booksOf, migrate, openStorage, storageMigrations } from './storage/index.ts';
import type { Migration, Storage } from './storage/index.ts';
import { Retrieval, retrievalMigrations } from './retrieval/index.ts';
import { openWidgets, widgetsMigrations } from './widgets/index.ts';
import { memberships, Workspaces, workspacesMigrations } from './workspaces/index.ts';
import { Budgets, UsageCounters, usageMigrations } from './usage/index.ts';
import type { Refusal, Reservation } from './usage/index.ts';
import { VERSION } from './base/version.ts';

/** Every step of the schema, in the order of the modules. */
export const MIGRATIONS: Migration[] = [
  ...storageMigrations,
  ...nodesMigrations,
  ...auditMigrations,
  ...sealingMigrations,
  ...settingsMigrations,
  ...keysMigrations,
  ...identityMigrations,
  ...usageMigrations,
  ...modelsMigrations,
  ...documentsMigrations,
  ...retrievalMigrations,
  ...workspacesMigrations,
  ...widgetsMigrations,
  ...movingMigrations,
];

/** Key authority without the servers: what the command line needs on the machine itself. */
export interface Core {
  config: Config;
  logger: Logger;
  storage: Storage;
  sealing: Sealing;
  nodes: Nodes;
  budgets: Budgets;
  keys: KeysContext;
  identity: Identity;
  /** Stops in the opposite order of starting. Twice is fine. */
  stop(): Promise<void>;
}

/** Opens the data directory, migrates the database, joins the other nodes. @throws StartupError */
export async function openCore(config: Config, logger: Logger): Promise<Core> {
  const clock = systemClock;
  prepareDataDir(config.dataDir);
  const masterKey = await loadMasterKey({ ...config.masterKey, dataDir: config.dataDir });
  const sealing = Sealing.open({ masterKey: masterKey.key, previous: config.masterKey.previous });
  const storage = await openStorage(config.database);
  const stops: (() => Promise<void>)[] = [() => storage.close()];
  const stop = stopAll(stops);
  try {
    const applied = await migrate(storage, MIGRATIONS, clock.nowMs());
    if (applied.length > 0) logger.info({ steps: applied.length }, 'the database schema is up to date');
    await checkMasterKey(storage, sealing, clock.nowMs());
    const socketDir = join(config.dataDir, 'nodes');
    const nodes = new Nodes({
      storage,
      clock,
      logger,
      version: VERSION,
      socketDir,
      database: config.database,
    });
    await nodes.start();
    stops.push(() => nodes.stop());
    const budgets = new Budgets({ storage: booksOf(storage), clock, logger });
    budgets.start();
    stops.push(() => budgets.stop());
    const prefix = config.keyPrefix;
    const administrators = administratorsOf(memberships);
    const brought = { budgets: budgetKeeper(budgets), administrators };
    const keys = openKeys({ storage, nodes, sealing, clock, logger, prefix, ...brought });
    stops.push(() => keys.lastUsed.stop());
    const identity = openIdentity({ keys, memberships });
    return { config, logger, storage, sealing, nodes, budgets, keys, identity, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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

/** Each runs once, also when stopping is asked for twice, and one that fails keeps none from running. */
function stopAll(stops: (() => Promise<void>)[]): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  return () => {
    stopping ??= (async () => {
      for (const step of stops.toReversed()) await step().catch(() => undefined);
    })();
    return stopping;
  };
}

/** What `keys` needs of `usage`, which stands to its right. */
function budgetKeeper(budgets: Budgets): BudgetKeeper {
  return {
    views: (keys) => budgets.views(keys),
    spend: (holders, requests) => {
      const spend = { requests, tokens: 0, usdNano: 0, gpuMs: 0 };
      const settle = (reservation: Reservation | Refusal): SpentBudget | null | Promise<null> => {
        if ('refused' in reservation) return reservation.refused;
        return budgets.settle(reservation, spend)?.then(() => null) ?? null;
      };
      const reservation = budgets.reserve(holders, spend);
      return reservation instanceof Promise ? reservation.then(settle) : settle(reservation);
    },
    carryOver: (tx, holderId, before, after) => budgets.carryOver(tx, holderId, before, after),
  };
}

/** The whole server. */
export interface App {
  core: Core;
  http: Listener;
  models: Models;
  /** Where it listens, such as `http://127.0.0.1:5390`; known after `start`. */
  url(): string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Builds everything, in order. Nothing listens until `start`.
 * @param times how long requests may take to arrive; others than the server's own are for tests. @throws StartupError
 */
export async function openApp(config: Config, logger: Logger, times?: ArrivalTimes): Promise<App> {
  const clock = systemClock;
  // Commands that work on the data itself open the core alone, and do not load what a third of loading takes.
  const [{ Metrics, openHttp }, { allRoutes }, { readinessOf }] = await Promise.all([
    import('./http/index.ts'),
    import('./app/routes.ts'),
    import('./api/index.ts'),
  ]);
  const core = await openCore(config, logger);
  const { storage, sealing, keys } = core;
  const net = secretNet(`${config.keyPrefix}${KEY_MARK}`);
  // What is counted and recorded of a request stays so, also where it was ended.
  const books = booksOf(storage);
  const refusals = new RefusalRecorder(books, clock, logger, { net });
  const checkpointer = new Checkpointer(books, sealing.signer, { clock, logger });
  const counters = new UsageCounters({ storage: books, clock, logger });
  const sweeper = new QuietSweeper(keys);
  const localModel = localModelOf(config, logger);
  const models = new Models({ storage, clock, logger, sealing, audit: { append }, localModel });
  const services = { ...core, clock, net, counters, refusals, models, localModel };
  const rooms = openRooms(services);
  const { nodes } = core;
  const metrics = new Metrics({ nodeHoldsLease: () => nodes.leaseHolds(), totals: () => counters.totals() });
  const readiness = readinessOf(services);
  const http = openHttp(
    { ...services, ...rooms, metrics, readiness, version: VERSION },
    allRoutes(VERSION),
    times,
  );
  const start = async (): Promise<void> => {
    await importListedKeys(core);
    counters.start();
    checkpointer.start();
    sweeper.start();
    localModel?.start();
    rooms.start();
    await http.listen(config.host, config.port);
  };
  const stop = stopAll([
    () => core.stop(),
    () => refusals.stop().then(() => checkpointer.stop()),
    () => counters.stop(),
    () => sweeper.stop(),
    () => models.stop(),
    async () => localModel?.stop(),
    () => rooms.stop(),
    () => http.stop(),
  ]);
  return { core, http, models, start, stop, url: () => urlOf(config, http.address()) };
}

type Given = Core & { clock: Clock; net: SecretNet; models: Models };

/** What answers from documents: everything between the models and the surfaces, and how its parts know each other. */
// eslint-disable-next-line typescript/explicit-function-return-type
function openRooms({ config, logger, storage, sealing, nodes, keys, identity, clock, net, models }: Given) {
  const settings = new Settings({ storage, sealing, clock });
  const workspaces = new Workspaces({ storage, clock, net, settings });
  const documents = new Documents({ storage, clock, net });
  documents.coverageBy((db, caller) => workspaces.coveredIds(caller, db));
  const uploadsDir = join(config.dataDir, 'uploads');
  const intake = new Intake({ storage, clock, documents, uploadsDir, fetchPrivate: config.fetchPrivate });
  const { pgvector } = config;
  const retrieval = new Retrieval({ storage, clock, logger, settings, models, documents, pgvector });
  workspaces.onRemove((tx, { id }) => retrieval.deleteCollection(tx, id));
  identity.onJoin((tx, { user, workspaceIds }) => workspaces.members.join(tx, user.id, workspaceIds));
  identity.onRemove((tx, { id }) => workspaces.members.forget(tx, id));
  const embeddings = new Embeddings({ storage, clock, logger, documents, retrieval });
  const shared = { storage, clock, logger, settings };
  const chat = new Chat({ ...shared, models, documents, intake, retrieval, workspaces });
  const widgets = openWidgets({ ...shared, nodes, keys, sealing, workspaces, chat, net });
  const start = (): void => {
    retrieval.start();
    intake.start();
    embeddings.start();
  };
  // The last one first: what waits for an embedding hears at once that there will be none.
  const stop = stopAll([() => embeddings.stop(), () => intake.stop(), () => retrieval.stop()]);
  return { settings, workspaces, documents, intake, retrieval, chat, widgets, start, stop };
}

function localModelOf({ localModel, environment }: Config, logger: Logger): LocalModel | undefined {
  if (!localModel.enabled) return undefined;
  return new LocalModel({ modelsDir: localModel.modelsDir, environment, clock: systemClock, logger });
}

function urlOf({ host, tls }: Config, address: AddressInfo | null): string {
  const scheme = tls === undefined ? 'http' : 'https';
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${shown}:${address?.port ?? 0}`;
}

async function importListedKeys({ config, keys, logger }: Core): Promise<void> {
  for (const list of config.bootstrapKeys) {
    try {
      const { imported, existing } = await importKeyList(keys, list);
      logger.info({ variable: list.variable, imported, existing }, 'keys of the environment');
    } catch (cause) {
      throw new StartupError((cause as Error).message, { cause });
    }
  }
}
