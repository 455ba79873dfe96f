import { expect, test } from 'vitest';
import { testHome } from '../cli.fixture.ts';

test('a receipt is read from stdin, and a text that is not a signed receipt ends with 1', async () => {
  const home = testHome();
  for (const [stdin, reason] of [
    ['{"job_id":"job_1"}', 'It has no signature.'],
    ['{"public_key":"a","signature":"b"}', 'Its key or its form cannot be read.'],
    ['no JSON', 'It is not a receipt.'],
  ] as const) {
    const { code, stdout } = await home.run(['receipts', 'verify', '-'], { stdin });
    expect([code, JSON.parse(stdout)]).toEqual([1, { valid: false, reason, is_trusted: false }]);
  }
});
