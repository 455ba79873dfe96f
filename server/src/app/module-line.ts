import { timeLimit } from '../base/time-limit.ts';
import type { Migration, Module } from '../storage/index.ts';

/** Starts modules in order and stops them in reverse order. */
export interface Life {
  start: () => Promise<void>;
  /**
   * Stops each module once, also if one fails. Idempotent.
   * @param endMs on the monotonic clock: from then on none is waited for. @default never
   * @returns whether all have stopped.
   */
  stop: (endMs?: number) => Promise<boolean>;
}

/** A module without its types: `with` has checked them. */
interface AnyModule {
  migrations?: Migration[];
  open?: (given: never) => object | Promise<object>;
  start?: (all: never) => void | Promise<void>;
  stop?: (all: never) => Promise<void>;
}

/** Modules in order. A module that needs a service that no earlier module opens does not compile. */
export class ModuleLine<Start extends object, Services extends Start = Start> {
  readonly #modules: readonly AnyModule[];

  constructor(modules: readonly AnyModule[] = []) {
    this.#modules = modules;
  }

  with<Opened extends object>(module: Module<Services, Opened>): ModuleLine<Start, Services & Opened> {
    return new ModuleLine<Start, Services & Opened>([...this.#modules, module]);
  }

  get migrations(): Migration[] {
    return this.#modules.flatMap(({ migrations = [] }) => migrations);
  }

  /** If a module fails to open, the opened ones are stopped. @param given the services that the first module needs. */
  async open(given: Start): Promise<{ services: Services; life: Life }> {
    const services = { ...given };
    const opened: AnyModule[] = [];
    const life = lifeOf(opened, services);
    try {
      for (const module of this.#modules) {
        Object.assign(services, await module.open?.(services as never));
        opened.push(module);
      }
    } catch (error) {
      await life.stop();
      throw error;
    }
    return { services: services as Services, life };
  }
}

function lifeOf(modules: readonly AnyModule[], services: object): Life {
  let stopping: Promise<boolean> | undefined;
  const stop = async (endMs: number): Promise<boolean> => {
    const limit = timeLimit(endMs);
    let areStopped = true;
    for (const module of modules.toReversed()) {
      // Also the later ones are told, when the time is over.
      const stopped = module.stop?.(services as never).catch(() => undefined);
      if (stopped !== undefined && !(await limit.within(stopped))) areStopped = false;
    }
    limit.end();
    return areStopped;
  };
  return {
    start: async () => {
      for (const module of modules) await module.start?.(services as never);
    },
    stop: (endMs = Infinity) => (stopping ??= stop(endMs)),
  };
}
