import { expect, test } from 'vitest';
import { ENTRIES_MAX, KeyMemory, type GoodKey } from './key-memory.ts';

const good = (id: string, ownerId = 'own_a'): GoodKey =>
  ({ valid: true, key: { id, owner: { id: ownerId }, ancestors: [] as unknown } }) as GoodKey;

test('the memory of keys never holds more than its share; used keys stay, unused ones go', () => {
  const memory = new KeyMemory();
  for (let i = 0; i < ENTRIES_MAX * 3; i++) {
    memory.put(`h${i}`, good(`key_${i}`));
    expect(memory.get('h0')?.key.id).toBe('key_0');
  }
  expect(memory.size).toBe(ENTRIES_MAX);
  expect(memory.get('h1')).toBeUndefined();
  expect(memory.get(`h${ENTRIES_MAX * 3 - 1}`)).toBeDefined();
});

test('the memory of keys drops the oldest key if all are in use', () => {
  const memory = new KeyMemory();
  for (let i = 0; i < ENTRIES_MAX; i++) memory.put(`h${i}`, good(`key_${i}`));
  for (let i = 0; i < ENTRIES_MAX; i++) memory.get(`h${i}`);
  memory.put('new', good('key_new'));
  expect(memory.size).toBe(ENTRIES_MAX);
  expect(memory.get('h0')).toBeUndefined();
});

test('the memory of keys forgets all secrets of a key, all keys of an owner, or everything', () => {
  const memory = new KeyMemory();
  memory.put('a1', good('key_a'));
  memory.put('a2', good('key_a'));
  memory.put('a1', good('key_a'));
  memory.put('b', good('key_b'));
  memory.put('c', good('key_c', 'own_c'));
  memory.forgetKey('key_a');
  expect([memory.get('a1'), memory.get('a2')]).toEqual([undefined, undefined]);
  expect(memory.get('b')).toBeDefined();
  memory.forgetOwner('own_c');
  expect(memory.get('c')).toBeUndefined();
  memory.forgetKey('key_unknown');
  memory.forgetEverything();
  expect(memory.size).toBe(0);
  memory.put('b', good('key_b'));
  memory.forgetKey('key_b');
  expect(memory.size).toBe(0);
});
