import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Config } from '../config.ts';
import type { Migration } from './migrations.ts';
import type { Storage } from './storage.ts';

/** What there is before the first module. */
export interface Opening {
  config: Config;
  storage: Storage;
  clock: Clock;
  logger: Logger;
}

/**
 * What a module gives app.ts. `Given`: what the modules before it have opened; `Opened`: what it adds to that.
 */
export interface Module<Given, Opened> {
  migrations?: Migration[];
  open?: (given: Given) => Opened | Promise<Opened>;
  /** Begins what the server does by itself; commands on the data open a module and do not start it. */
  start?: (all: Given & Opened) => void | Promise<void>;
  /** For whatever was opened, started or not. Twice is fine. */
  stop?: (all: Given & Opened) => Promise<void>;
}

/** Infers the types of a module. */
export const defineModule = <Given, Opened>(module: Module<Given, Opened>): Module<Given, Opened> => module;
