import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { systemClock } from '../base/clock.ts';
import { migrate, openStorage, type Storage } from '../storage/index.ts';
import { Budgets, report, UsageCounters, usageMigrations } from './index.ts';

const logger = pino({ level: 'silent' });
const budget = { name: 'b', unit: 'requests', amount: '100', period: 'total' } as const;
const spend = { requests: 1, tokens: 0, usdNano: 0, gpuMs: 0 };

/** Between a client and PostgreSQL; cuts the line at the next commit, before it or after it was carried out. */
class Line {
  cut: 'before' | 'after' | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(port: number) {
    this.#server = createServer((client) => {
      const upstream = connect(port, '127.0.0.1');
      let cutNext = false;
      const end = (): void => void (client.destroy(), upstream.destroy());
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on('error', end).on('close', end);
      }
      client.on('data', (data) => {
        const commits = this.cut !== undefined && data.includes('commit\0');
        if (commits && this.cut === 'before') end();
        else upstream.write(data);
        if (commits) {
          cutNext = this.cut === 'after';
          this.cut = undefined;
        }
      });
      upstream.on('data', (data) => (cutNext ? end() : client.write(data)));
    });
  }

  async open(): Promise<number> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

describeOn('postgres', 'a commit whose answer is lost', (open) => {
  let line: Line;
  let storage: Storage;

  beforeEach(async () => {
    const url = new URL((await open()).location);
    line = new Line(Number(url.port));
    url.port = String(await line.open());
    storage = await openStorage(url.href);
    await migrate(storage, usageMigrations, 1);
  });
  afterEach(async () => {
    await storage.close();
    line.close();
  });

  it.each(['before', 'after'] as const)(
    'a reservation settles once if the connection is cut %s the commit',
    async (moment) => {
      const budgets = new Budgets({ storage, clock: systemClock, logger });
      const reservation = await budgets.reserve(
        [{ kind: 'key', id: 'key_a', name: 'a', budgets: [budget] }],
        spend,
      );
      if ('refused' in reservation) throw new Error(reservation.refused.name);
      line.cut = moment;
      await budgets.settle(reservation, spend);
      await budgets.flush().catch(() => undefined);
      expect(line.cut).toBeUndefined();
      await expect.poll(() => budgets.view('key_a', [budget])).toMatchObject([{ used: '1', reserved: '0' }]);
      await budgets.flush();
      await budgets.stop();
      expect(await budgets.view('key_a', [budget])).toMatchObject([{ used: '1', reserved: '0' }]);
    },
  );

  it.each(['before', 'after'] as const)(
    'usage is counted once if the connection is cut %s the commit',
    async (moment) => {
      const counters = new UsageCounters({ storage, clock: systemClock, logger });
      counters.count({ keyId: 'key_a', ownerId: 'own_a', code: 'ok' });
      line.cut = moment;
      await counters.flush();
      expect(line.cut).toBeUndefined();
      counters.count({ keyId: 'key_a', ownerId: 'own_a', code: 'ok' });
      await counters.flush();
      await counters.stop();
      const everything = { from: 0, to: Date.UTC(2100, 0, 1), step: 'total', groupBy: [] } as const;
      expect(await report(storage, everything)).toMatchObject([{ requests: 2 }]);
    },
  );
});
