import { expect, test } from 'vitest';
import { Places } from './places.ts';

/** Addresses of networks far apart from each other. */
const address = (index: number): string => `10.${index}.0.1`;

const takeAll = (places: Places, ips: string[]): (() => void)[] => ips.flatMap((ip) => places.take(ip) ?? []);

test('64 visitors have a place at once, and a place that is given back is free again', () => {
  const places = new Places();
  const taken = takeAll(
    places,
    Array.from({ length: 70 }, (_, index) => address(index)),
  );
  expect(taken).toHaveLength(64);
  taken[0]?.();
  expect(places.take(address(99))).toBeTypeOf('function');
  expect(places.take(address(99))).toBeUndefined();
});

test('one site has half of the places at most', () => {
  const places = new Places();
  expect(
    takeAll(
      places,
      Array.from({ length: 40 }, () => '2001:db8::1'),
    ),
  ).toHaveLength(32);
  expect(places.take('2001:db8:0:1::1')).toBeUndefined();
  expect(places.take('192.0.2.1')).toBeTypeOf('function');
});
