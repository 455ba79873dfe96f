import { describe, expect, it } from 'vitest';
import { KeywardError } from '../base/errors.ts';
import { checkPrice, costNano, formatAmount, parseAmount } from './index.ts';

describe('amounts', () => {
  it.each([
    ['usd', '12.50', 12_500_000_000, '12.50'],
    ['usd', '0', 0, '0.00'],
    ['usd', '0.000000001', 1, '0.000000001'],
    ['usd', '12.3', 12_300_000_000, '12.30'],
    ['usd', '12.125', 12_125_000_000, '12.125'],
    ['usd', '9000000', 9_000_000_000_000_000, '9000000.00'],
    ['usd', '1.100000000000', 1_100_000_000, '1.10'],
    ['requests', '100', 100, '100'],
    ['requests', '100.0', 100, '100'],
    ['tokens', '9000000000000000', 9_000_000_000_000_000, '9000000000000000'],
    ['gpu_seconds', '1.5', 1_500, '1.5'],
    ['gpu_seconds', '0.001', 1, '0.001'],
    ['gpu_seconds', '10', 10_000, '10'],
  ] as const)('%s "%s" is %i and is shown as "%s"', (unit, text, amount, shown) => {
    expect(parseAmount(unit, text)).toBe(amount);
    expect(formatAmount(unit, amount)).toBe(shown);
    expect(parseAmount(unit, shown)).toBe(amount);
  });

  it.each([
    ['usd', '-1'],
    ['usd', '+1'],
    ['usd', '1e3'],
    ['usd', ''],
    ['usd', ' 1'],
    ['usd', '.5'],
    ['usd', '1.'],
    ['usd', '01'],
    ['usd', '1,000'],
    ['usd', 'NaN'],
    ['usd', '0.0000000001'],
    ['usd', '9000000.000000001'],
    ['usd', '99999999999999999999'],
    ['usd', `1.${'0'.repeat(31)}`],
    ['requests', '1.5'],
    ['tokens', '9000000000000001'],
    ['gpu_seconds', '0.0001'],
  ] as const)('%s "%s" is refused, naming the field', (unit, text) => {
    expect(() => parseAmount(unit, text, 'budgets[0].amount')).toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        message: expect.stringContaining('budgets[0].amount'),
      }),
    );
  });

  it('amounts show sums beyond 2^53 exactly', () => {
    expect(formatAmount('usd', 123_456_789_012_345_678_901n)).toBe('123456789012.345678901');
  });
});

describe('prices', () => {
  const price = {
    input_usd_per_million_tokens: '0.15',
    output_usd_per_million_tokens: '0.6',
    per_request_usd: '0.0005',
  };

  it('a request costs its tokens and itself, rounded up to a nano-dollar', () => {
    expect(costNano({ tokensIn: 1_000_000, tokensOut: 0 }, price)).toBe(150_500_000);
    expect(costNano({ tokensIn: 0, tokensOut: 0 }, price)).toBe(500_000);
    const tiny = { ...price, input_usd_per_million_tokens: '0.000000001', per_request_usd: '0' };
    expect(costNano({ tokensIn: 1, tokensOut: 0 }, tiny)).toBe(1);
    expect(costNano({ tokensIn: 1_000_001, tokensOut: 0 }, tiny)).toBe(2);
  });

  it('the sum of 100,000 odd prices is exactly what integer arithmetic gives', () => {
    let sum = 0;
    let exact = 0n;
    for (let i = 1; i <= 100_000; i++) {
      const fraction = String((i * 7_919) % 1_000_000_000).padStart(9, '0');
      const odd = { ...price, input_usd_per_million_tokens: `${i % 97}.${fraction}` };
      sum += costNano({ tokensIn: i, tokensOut: i % 13 }, odd);
      const inputNano = BigInt(i % 97) * 1_000_000_000n + BigInt(fraction);
      const perMillion = BigInt(i) * inputNano + BigInt(i % 13) * 600_000_000n;
      exact += perMillion / 1_000_000n + (perMillion % 1_000_000n === 0n ? 0n : 1n) + 500_000n;
    }
    expect(BigInt(sum)).toBe(exact);
  });

  it('a cost beyond all bounds stops at the largest amount, and an invalid number costs nothing', () => {
    const dear = { ...price, input_usd_per_million_tokens: '9000000' };
    expect(costNano({ tokensIn: 1e300, tokensOut: 0 }, dear)).toBe(9_000_000_000_000_000);
    expect(costNano({ tokensIn: Number.NaN, tokensOut: -5 }, price)).toBe(500_000);
  });

  it('an invalid price is refused with the name of its member', () => {
    const bad = { ...price, output_usd_per_million_tokens: '0.6 usd' };
    expect(() => checkPrice(bad, 'price_table.gpt')).toThrow(KeywardError);
    expect(() => checkPrice(bad, 'price_table.gpt')).toThrow(
      /price_table\.gpt\.output_usd_per_million_tokens/,
    );
  });
});
