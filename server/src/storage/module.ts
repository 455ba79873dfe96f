import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Config } from '../config.ts';
import type { Migration } from './migrations.ts';
import type { Storage } from './storage.ts';

/** Available to the first module. */
export interface Opening {
  config: Config;
  storage: Storage;
  clock: Clock;
  logger: Logger;
}

/** An entry of the list in app.ts. `Given`: opened by the modules before it; `Opened`: added by this one. */
export interface Module<Given, Opened> {
  migrations?: Migration[];
  open?: (given: Given) => Opened | Promise<Opened>;
  /** Starts background work; commands on the data only open a module. */
  start?: (all: Given & Opened) => void | Promise<void>;
  /** Also for a module that was opened and not started. Idempotent. */
  stop?: (all: Given & Opened) => Promise<void>;
}

export const defineModule = <Given, Opened>(module: Module<Given, Opened>): Module<Given, Opened> => module;
