import { Gauge, type Registry } from 'prom-client';

/** One upstream, as this process has seen it. */
export interface UpstreamState {
  name: string;
  /** Models whose circuit is open. */
  open: number;
  /** undefined: this process has not tested it. */
  lastTest: { ok: boolean; seconds: number } | undefined;
}

/** Gauges of upstreams, read when they are asked for: one that was removed has no line. */
export function upstreamMetrics(registry: Registry, states: () => Iterable<UpstreamState>): void {
  const gauge = (name: string, help: string, valueOf: (state: UpstreamState) => number | undefined): void => {
    const made = new Gauge({
      name,
      help,
      labelNames: ['upstream'],
      registers: [],
      collect() {
        this.reset();
        for (const state of states()) {
          const value = valueOf(state);
          if (value !== undefined) this.set({ upstream: state.name }, value);
        }
      },
    });
    registry.registerMetric(made);
  };
  gauge('keyward_upstream_up', '1 unless the circuit of one of its models is open', ({ open }) =>
    open === 0 ? 1 : 0,
  );
  gauge(
    'keyward_upstream_open_models',
    'Models whose circuit is open: requests go elsewhere',
    ({ open }) => open,
  );
  gauge('keyward_upstream_test_success', '1 if its last test succeeded; only tested ones', ({ lastTest }) =>
    lastTest === undefined ? undefined : Number(lastTest.ok),
  );
  gauge(
    'keyward_upstream_test_timestamp_seconds',
    'When its last test ended',
    ({ lastTest }) => lastTest?.seconds,
  );
}
