import { setTimeout as sleep } from 'node:timers/promises';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { jobMetrics, type JobTotals } from './job-metrics.ts';
import { RequestTimes } from './request-times.ts';

const JOBS_WAIT_MS = 2_000;

/** Prometheus metrics of this process. Labels are routes, codes and models. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #times = new RequestTimes();
  readonly #errors: Counter<'code'>;
  readonly #jobs: () => Promise<JobTotals | undefined>;
  readonly #setJobs: (totals: JobTotals | undefined) => void;

  constructor({
    nodeHoldsLease,
    totals,
    jobs,
  }: {
    nodeHoldsLease: () => boolean;
    totals: () => Iterable<UsageTotal>;
    jobs: () => Promise<JobTotals | undefined>;
  }) {
    this.#jobs = jobs;
    collectDefaultMetrics({ register: this.#registry });
    this.#errors = new Counter({
      name: 'keyward_errors_total',
      help: 'Requests answered with an error, by error code',
      labelNames: ['code'],
      registers: [this.#registry],
    });
    const lease = new Gauge({
      name: 'keyward_node_lease',
      help: '1 while this process may serve keys from memory',
      registers: [],
      collect() {
        this.set(nodeHoldsLease() ? 1 : 0);
      },
    });
    const tokensIn = tokenCounter('in', () => perModel(totals(), 'tokensIn'));
    const tokensOut = tokenCounter('out', () => perModel(totals(), 'tokensOut'));
    for (const metric of [lease, tokensIn, tokensOut]) this.#registry.registerMetric(metric);
    this.#setJobs = jobMetrics(this.#registry);
  }

  /** An answer ended. @param route as declared, such as `/v1/keys/:id`. */
  note(route: string, status: number, seconds: number): void {
    this.#times.note(route, status, seconds);
  }

  noteError(code: string): void {
    this.#errors.inc({ code });
  }

  /** Those of jobs are left out while the database does not answer: the others matter most then. */
  async render(): Promise<{ contentType: string; text: string }> {
    const late = sleep(JOBS_WAIT_MS, undefined, { ref: false });
    this.#setJobs(await Promise.race([this.#jobs(), late]));
    const text = `${await this.#registry.metrics()}${this.#times.text()}`;
    return { contentType: this.#registry.contentType, text };
  }
}

export interface UsageTotal {
  model: string;
  tokensIn: number;
  tokensOut: number;
}

function perModel(totals: Iterable<UsageTotal>, what: 'tokensIn' | 'tokensOut'): Map<string, number> {
  const sums = new Map<string, number>();
  for (const total of totals) {
    if (total.model !== '') sums.set(total.model, (sums.get(total.model) ?? 0) + total[what]);
  }
  return sums;
}

function tokenCounter(way: 'in' | 'out', read: () => Map<string, number>): Counter<'model'> {
  return new Counter({
    name: `keyward_tokens_${way}_total`,
    help: `Tokens that went ${way === 'in' ? 'into' : 'out of'} models`,
    labelNames: ['model'],
    registers: [],
    collect() {
      this.reset();
      for (const [model, value] of read()) this.inc({ model }, value);
    },
  });
}
