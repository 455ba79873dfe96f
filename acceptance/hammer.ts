import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Shot {
  /** Before the first byte of the request was written; of this process's monotonic clock. */
  beganMs: number;
  status: number;
}

/** One GET over an agent's connections. */
export function shoot(url: string, { key, agent }: { key: string; agent: Agent }): Promise<Shot> {
  const beganMs = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}` };
    request(url, { agent, headers }, (response) => {
      const status = response.statusCode ?? 0;
      response.once('end', () => resolve({ beganMs, status })).resume();
    })
      .once('error', reject)
      .end();
  });
}

const LOOPS = 3;

/** Asks one server with one key without pause, over kept connections. */
export class Hammer {
  readonly shots: Shot[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #loops: Promise<void>[];
  #running = true;

  constructor(url: string, key: string) {
    this.#loops = Array.from({ length: LOOPS }, () => this.#loop(url, key));
  }

  get admitted(): number {
    return this.shots.filter(({ status }) => status === 200).length;
  }

  async untilAdmitted(count: number): Promise<void> {
    while (this.admitted < count) await sleep(1);
  }

  /** Continues until so many requests that began after this moment are answered, then ends. */
  async stopAfter(count: number, sinceMs: number): Promise<Shot[]> {
    while (this.shots.filter(({ beganMs }) => beganMs > sinceMs).length < count) await sleep(1);
    return this.stop();
  }

  async stop(): Promise<Shot[]> {
    this.#running = false;
    await Promise.all(this.#loops);
    this.#agent.destroy();
    return this.shots;
  }

  async #loop(url: string, key: string): Promise<void> {
    while (this.#running) this.shots.push(await shoot(url, { key, agent: this.#agent }));
  }
}
