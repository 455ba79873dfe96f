import { expect, test } from 'vitest';
import { freePort } from '../../test/traffic/free-ports.ts';
import { waitForServices } from './readiness.ts';

test('A service that does not answer is named with the address that was asked, without credentials', async () => {
  const port = await freePort();
  const service = { url: `http://ada:secret@127.0.0.1:${port}/api`, ready: { timeout_seconds: 0 } };
  await expect(waitForServices({ wiki: service })).rejects.toThrow(
    `wiki does not answer at http://127.0.0.1:${port} (ECONNREFUSED) after 0 s. Start it, or correct services.wiki in the manifest.`,
  );
});
