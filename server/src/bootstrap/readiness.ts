import { setTimeout as sleep } from 'node:timers/promises';
import { openOutbound } from '../base/outbound/connections.ts';
import { reasonOf } from './calls/reason.ts';
import type { Manifest } from './manifest/manifest.ts';
import { MinterError } from './minters/minter.ts';

const POLL_MS = 500;
const ATTEMPT_MS = 5_000;
const TIMEOUT_SECONDS = 120;

type Service = NonNullable<Manifest['services']>[string];

/**
 * Waits until services answer as the manifest says.
 * @param onWait for progress, with what is waited for, for how many seconds already, and what it answers
 * @throws MinterError `unavailable` naming the service, what it answered last, and the next step
 */
export async function waitForServices(
  services: Readonly<Record<string, Service>>,
  onWait: (name: string, seconds: number, problem: string) => void = () => undefined,
): Promise<void> {
  const connections = openOutbound({ policy: { kind: 'upstream' }, pipelining: 1 });
  const ask = async ({ url, ready = {} }: Service): Promise<string | undefined> => {
    const { path = '/', status = 200 } = ready;
    try {
      const { origin, pathname, search } = new URL(path, url);
      const signal = AbortSignal.timeout(ATTEMPT_MS);
      const { statusCode, body } = await connections.request({
        origin,
        path: pathname + search,
        method: 'GET',
        signal,
      });
      await body.dump().catch(() => undefined);
      return statusCode === status ? undefined : `answers ${statusCode} to ${path}, not ${status}`;
    } catch (error) {
      return `does not answer at ${URL.parse(url)?.origin ?? 'its url'} (${reasonOf(error)})`;
    }
  };
  const waitFor = async (name: string, service: Service): Promise<void> => {
    const startMs = performance.now();
    const { timeout_seconds: timeoutSeconds = TIMEOUT_SECONDS } = service.ready ?? {};
    for (;;) {
      const problem = await ask(service);
      if (problem === undefined) return;
      const seconds = Math.floor((performance.now() - startMs) / 1000);
      if (seconds >= timeoutSeconds)
        throw new MinterError(
          'unavailable',
          `${name} ${problem} after ${seconds} s. Start it, or correct services.${name} in the manifest.`,
        );
      onWait(name, seconds, problem);
      await sleep(POLL_MS);
    }
  };
  try {
    await Promise.all(Object.entries(services).map(([name, service]) => waitFor(name, service)));
  } finally {
    await connections.destroy();
  }
}
