import { isoTime, type Clock } from '../../base/clock.ts';
import type { Breakers } from './breaker.ts';

/** The result of `upstreams test`. */
interface LastTest {
  ok: boolean;
  at: string;
  /** Of the step that failed, or of the last one; never a credential. */
  detail: string;
}

export const HEALTH_STATES = ['unused', 'ok', 'failing', 'open'] as const;

/** What this process has seen of an upstream since it started. */
export interface UpstreamHealth {
  state: (typeof HEALTH_STATES)[number];
  /** Names that the upstream has for the models whose circuit is open. */
  open_models: string[];
  /** Until the first of them is tried again; null: none is open. */
  retry_in_seconds: number | null;
  last_test: LastTest | null;
}

const SHOWN_MAX = 100;

/** The health of upstreams: their circuits, and how their last tests ended. */
export class Health {
  readonly #breakers: Breakers;
  readonly #clock: Clock;
  readonly #tests = new Map<string, LastTest>();

  constructor(breakers: Breakers, clock: Clock) {
    this.#breakers = breakers;
    this.#clock = clock;
  }

  of(upstreamId: string): UpstreamHealth {
    const lines = this.#breakers.linesOf(upstreamId);
    const open = lines.filter(({ isOpen }) => isOpen);
    const isFailing = lines.some(({ failures }) => failures > 0);
    const waits = open.map(({ retryInMs }) => Math.max(0, Math.ceil(retryInMs / 1_000)));
    return {
      state: open.length > 0 ? 'open' : isFailing ? 'failing' : lines.length > 0 ? 'ok' : 'unused',
      open_models: open.slice(0, SHOWN_MAX).map(({ model }) => model),
      retry_in_seconds: open.length === 0 ? null : Math.min(...waits),
      last_test: this.#tests.get(upstreamId) ?? null,
    };
  }

  /** For Prometheus. */
  states(upstreams: readonly { id: string; name: string }[]): {
    name: string;
    open: number;
    lastTest: { ok: boolean; seconds: number } | undefined;
  }[] {
    return upstreams.map(({ id, name }) => {
      const { open_models, last_test: test } = this.of(id);
      const lastTest = test === null ? undefined : { ok: test.ok, seconds: Date.parse(test.at) / 1_000 };
      return { name, open: open_models.length, lastTest };
    });
  }

  tested(upstreamId: string, { ok, detail }: Pick<LastTest, 'ok' | 'detail'>): void {
    this.#tests.set(upstreamId, { ok, at: isoTime(this.#clock.nowMs()), detail });
  }

  forget(upstreamId: string): void {
    this.#tests.delete(upstreamId);
  }
}
