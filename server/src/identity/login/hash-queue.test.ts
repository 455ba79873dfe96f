import { describe, expect, test } from 'vitest';
import { HashQueue, type Place } from './hash-queue.ts';

/** Work that runs until the test ends it, and the names of started work. */
function openQueue() {
  const queue = new HashQueue();
  const begun: string[] = [];
  const refused: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (name: string, place: Partial<Place> = {}): void => {
    const work = () => {
      begun.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    };
    queue
      .run({ network: name, isSlow: false, ...place }, work, () => new Error('full'))
      .catch(() => {
        refused.push(name);
      });
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  const endOne = async (): Promise<void> => {
    ends.shift()?.();
    await settle();
  };
  return { ask, begun, refused, settle, endOne };
}

describe('the queue for password hashing', () => {
  test('a network that floods delays only itself, and another network begins at once', async () => {
    const { ask, begun, settle } = openQueue();
    for (let i = 0; i < 60; i++) ask('flood');
    await settle();
    expect(begun).toEqual(['flood']);
    ask('person');
    await settle();
    expect(begun).toEqual(['flood', 'person']);
  });

  test('waiting networks take turns', async () => {
    const { ask, begun, endOne, settle } = openQueue();
    for (const name of ['a', 'a', 'a', 'b', 'b', 'c']) ask(name);
    await settle();
    for (let i = 0; i < 4; i++) await endOne();
    expect(begun).toEqual(['a', 'b', 'a', 'b', 'c', 'a']);
  });

  test('one slow attempt runs at a time, and neither line starves', async () => {
    const { ask, begun, endOne, settle } = openQueue();
    for (let i = 0; i < 4; i++) ask(`s${i}`, { isSlow: true });
    await settle();
    expect(begun).toEqual(['s0']);
    for (let i = 0; i < 4; i++) ask(`u${i}`);
    await settle();
    expect(begun).toEqual(['s0', 'u0']);
    for (let i = 0; i < 6; i++) await endOne();
    expect([...begun].sort()).toEqual(['s0', 's1', 's2', 's3', 'u0', 'u1', 'u2', 'u3']);
    // Neither line waited for the whole other one.
    expect(begun.indexOf('s1')).toBeLessThan(begun.indexOf('u3'));
    expect(begun.indexOf('u1')).toBeLessThan(begun.indexOf('s3'));
  });

  test('one network fills only its own share, and a full queue makes room for a new network', async () => {
    const { ask, begun, refused, endOne, settle } = openQueue();
    for (let i = 0; i < 70; i++) ask('a');
    await settle();
    expect(refused).toHaveLength(70 - 65);
    for (const name of ['b', 'c', 'd', 'e']) for (let i = 0; i < 64; i++) ask(name);
    await settle();
    const before = refused.length;
    ask('person');
    await settle();
    expect(refused).toHaveLength(before + 1);
    expect(refused).not.toContain('person');
    for (let i = 0; i < 8; i++) await endOne();
    expect(begun).toContain('person');
  });

  test('a site with many networks delays only itself too, and fills only its share', async () => {
    const { ask, begun, refused, endOne, settle } = openQueue();
    for (let i = 0; i < 300; i++) ask(`2001:db8:bad:${i.toString(16)}::/64`);
    await settle();
    expect(begun).toHaveLength(1);
    ask('192.0.2.1');
    ask('2001:db8:9:1::/64');
    await settle();
    expect(begun.at(-1)).toBe('192.0.2.1');
    await endOne();
    await endOne();
    expect(begun).toContain('2001:db8:9:1::/64');
    expect(refused.filter((name) => !name.startsWith('2001:db8:bad:'))).toEqual([]);
    // The networks of the site take turns.
    for (let i = 0; i < 6; i++) await endOne();
    expect(new Set(begun).size).toBe(begun.length);
  });

  test('work that fails frees its place', async () => {
    const queue = new HashQueue();
    const place = { network: 'a', isSlow: false };
    const full = () => new Error('full');
    await expect(queue.run(place, () => Promise.reject(new Error('broken')), full)).rejects.toThrow('broken');
    expect(await queue.run(place, () => Promise.resolve('done'), full)).toBe('done');
  });
});
