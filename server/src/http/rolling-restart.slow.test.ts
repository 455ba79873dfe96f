import { expect, test } from 'vitest';
import { describeOnBothServers } from '../../test/server.ts';
import { PROXY_NAME, rollingRestart } from './rolling-restart.fixture.ts';

describeOnBothServers('rolling restarts under load', (start) => {
  test(
    `twenty rolling restarts of two nodes behind ${PROXY_NAME} fail no request`,
    { timeout: 600_000 },
    async () => {
      const { environment, adminKey } = await start();
      // Of both nodes each time.
      const { good, bad } = await rollingRestart({ environment, key: adminKey }, 40);
      expect(bad).toEqual([]);
      expect(good).toBeGreaterThan(20_000);
    },
  );
});
