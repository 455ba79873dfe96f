import { setTimeout as sleep } from 'node:timers/promises';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { jobMetrics, type JobTotals } from './job-metrics.ts';
import { RequestTimes } from './request-times.ts';
import { upstreamMetrics, type UpstreamState } from './upstream-metrics.ts';

const JOBS_WAIT_MS = 2_000;
/** Of Node, with names that the conventions of Prometheus keep for counters; they are gauges. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];
const NANO = 1e9;

/** Prometheus metrics of this process. Labels are routes, codes and models. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #times = new RequestTimes();
  readonly #errors: Counter<'code'>;
  /** Bare numbers: a verification is measured in microseconds. */
  readonly #verified = new Map<string, number>();
  readonly #jobs: () => Promise<JobTotals | undefined>;
  readonly #setJobs: (totals: JobTotals | undefined) => void;

  constructor({
    nodeHoldsLease,
    totals,
    jobs,
    upstreams,
  }: {
    nodeHoldsLease: () => boolean;
    totals: () => Iterable<UsageTotal>;
    jobs: () => Promise<JobTotals | undefined>;
    upstreams: () => Iterable<UpstreamState>;
  }) {
    this.#jobs = jobs;
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
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
    const perModelOf = (what: Amount) => () => perModel(totals(), what);
    const counters = [
      modelCounter('keyward_tokens_in_total', 'Tokens that went into models', perModelOf('tokensIn')),
      modelCounter('keyward_tokens_out_total', 'Tokens that models wrote', perModelOf('tokensOut')),
      modelCounter(
        'keyward_usd_total',
        'What models cost, by the prices of their upstreams',
        perModelOf('usdNano'),
      ),
    ];
    for (const metric of [lease, ...counters]) this.#registry.registerMetric(metric);
    this.#registry.registerMetric(verificationCounter(this.#verified));
    upstreamMetrics(this.#registry, upstreams);
    this.#setJobs = jobMetrics(this.#registry);
  }

  /** An answer ended. @param route as declared, such as `/v1/keys/:id`. */
  note(route: string, status: number, seconds: number): void {
    this.#times.note(route, status, seconds);
  }

  noteError(code: string): void {
    this.#errors.inc({ code });
  }

  /** @param code of the answer to a verification; `valid` for a good key */
  noteVerification(code: string): void {
    this.#verified.set(code, (this.#verified.get(code) ?? 0) + 1);
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
  usdNano: number;
}

type Amount = 'tokensIn' | 'tokensOut' | 'usdNano';

function perModel(totals: Iterable<UsageTotal>, what: Amount): Map<string, number> {
  const sums = new Map<string, number>();
  for (const total of totals) {
    if (total.model === '') continue;
    const amount = what === 'usdNano' ? total.usdNano / NANO : total[what];
    sums.set(total.model, (sums.get(total.model) ?? 0) + amount);
  }
  return sums;
}

function verificationCounter(verified: ReadonlyMap<string, number>): Counter<'code'> {
  return new Counter({
    name: 'keyward_key_verifications_total',
    help: 'Answers of POST /v1/keys/verify, by code; valid: the key is good',
    labelNames: ['code'],
    registers: [],
    collect() {
      this.reset();
      for (const [code, count] of verified) this.inc({ code }, count);
    },
  });
}

function modelCounter(name: string, help: string, read: () => Map<string, number>): Counter<'model'> {
  return new Counter({
    name,
    help,
    labelNames: ['model'],
    registers: [],
    collect() {
      this.reset();
      for (const [model, value] of read()) this.inc({ model }, value);
    },
  });
}
