import { describe, expect, it } from 'vitest';
import { periodEnd, periodStart } from './index.ts';

const at = (text: string): number => Date.parse(text);

describe('periods', () => {
  it.each([
    ['hour', '2026-03-01T13:59:59.999Z', '2026-03-01T13:00:00Z', '2026-03-01T14:00:00Z'],
    ['day', '2026-02-28T23:59:59.999Z', '2026-02-28T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['week', '2026-01-01T12:00:00Z', '2025-12-29T00:00:00Z', '2026-01-05T00:00:00Z'],
    ['week', '2026-01-05T00:00:00Z', '2026-01-05T00:00:00Z', '2026-01-12T00:00:00Z'],
    ['week', '2026-01-04T23:59:59.999Z', '2025-12-29T00:00:00Z', '2026-01-05T00:00:00Z'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['month', '2028-02-29T00:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
  ] as const)('the %s of %s is from %s to %s', (period, now, start, end) => {
    expect(periodStart(period, at(now))).toBe(at(start));
    expect(periodEnd(period, at(now))).toBe(at(end));
  });

  it('the period total begins once and never ends', () => {
    expect(periodStart('total', at('2026-03-01T00:00:00Z'))).toBe(0);
    expect(periodEnd('total', at('2026-03-01T00:00:00Z'))).toBeNull();
  });
});
