import { describe, expect, test } from 'vitest';
import { BASE62, newId } from './ids.ts';
import { hintOf, KEY_TEXT_PATTERN, newKeyText, readKeyText } from './key-text.ts';

describe('the text of a key', () => {
  test('the text of a key has the prefix, the id of its key, and 56 characters in all after it', () => {
    const id = newId('key');
    for (const prefix of ['sk-', 'acme_', 'a-', 'abcdefghijkl-']) {
      const text = newKeyText(prefix, id);
      expect(text.startsWith(`${prefix}kw1${id.slice(4)}`)).toBe(true);
      expect(text).toHaveLength(prefix.length + 3 + 50);
      expect(readKeyText(text)).toEqual({ form: 'ours', keyId: id });
    }
    expect(newKeyText('sk-', id)).not.toBe(newKeyText('sk-', id));
    expect(() => newKeyText('sk-', 'key_short')).toThrow('12 characters');
  });

  test('every change of one character of a key is seen as damage', () => {
    for (let round = 0; round < 3; round++) {
      const text = newKeyText('sk-', newId('key'));
      for (let at = 0; at < text.length; at++) {
        for (const other of `${BASE62}-_ .`) {
          if (other === text[at]) continue;
          const changed = text.slice(0, at) + other + text.slice(at + 1);
          // Before the end of the mark it may look like somebody else's.
          const forms = at < 6 ? ['damaged', 'foreign'] : ['damaged'];
          expect(forms).toContain(readKeyText(changed).form);
        }
      }
    }
  });

  test('every truncation, extension and exchange of two neighbours of a key is seen as damage', () => {
    const text = newKeyText('sk-', newId('key'));
    for (let length = 6; length < text.length; length++)
      expect(readKeyText(text.slice(0, length)).form).toBe('damaged');
    for (const more of ['x', ' ', '\n', text]) expect(readKeyText(text + more).form).toBe('damaged');
    for (let at = 6; at < text.length - 1; at++) {
      const swapped = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
      expect(readKeyText(swapped).form === 'ours').toBe(text[at] === text[at + 1]);
    }
  });

  test.each(['', 'x', 'sk-', 'sk-proj-abcdefghijklmnop', 'Bearer x', '漢字', 'SK-kw1abc'])(
    'the text "%s" does not have the form of a key',
    (text) => {
      expect(readKeyText(text).form).toBe('foreign');
    },
  );

  test('a key is found in other text, with any prefix', () => {
    const texts = ['sk-', 'acme_'].map((prefix) => newKeyText(prefix, newId('key')));
    const log = `curl -H "Authorization: Bearer ${texts[0]}" x?key=${texts[1]}&y ${texts[0]}Z`;
    expect(log.match(KEY_TEXT_PATTERN)).toEqual(texts);
  });
});

describe('hints', () => {
  test('a hint shows the form and four characters of a key', () => {
    const text = newKeyText('sk-', newId('key'));
    expect(hintOf(text)).toBe(`sk-kw1…${text.slice(-4)}`);
  });

  test.each([
    ['0123456789abcdef', '…cdef'],
    ['0123456789abcde', '…'],
    ['', '…'],
    ['sk-proj-0123456789abcdef', '…cdef'],
  ])('the hint of %s is %s', (text, hint) => {
    expect(hintOf(text)).toBe(hint);
  });
});
