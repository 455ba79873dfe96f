import type { Migration, Module } from '../storage/index.ts';

/** What is opened together starts in order and stops in the opposite one. */
export interface Life {
  start: () => Promise<void>;
  /** Each module stops once, also when asked twice, and one that fails keeps none from stopping. */
  stop: () => Promise<void>;
}

/** A module whose types are forgotten: `with` has checked them. */
interface AnyModule {
  migrations?: Migration[];
  open?: (given: never) => object | Promise<object>;
  start?: (all: never) => void | Promise<void>;
  stop?: (all: never) => Promise<void>;
}

/** Modules in order. One that needs what no module before it opens does not compile. */
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

  /** @param given what the first module needs. What was opened is stopped again where one fails. */
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
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    for (const module of modules.toReversed()) await module.stop?.(services as never).catch(() => undefined);
  };
  return {
    start: async () => {
      for (const module of modules) await module.start?.(services as never);
    },
    stop: () => (stopping ??= stop()),
  };
}
