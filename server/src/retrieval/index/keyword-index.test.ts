import { describe, expect, test } from 'vitest';
import { KeywordIndex } from './keyword-index.ts';
import { wordsOf } from './words.ts';

const best = (index: KeywordIndex, question: string): number[] =>
  [...index.weigh(question).values()].sort((a, b) => b.score - a.score).map(({ id }) => id);

describe('words', () => {
  test('Words are in lower case, without accents and signs, and numbers are words', () => {
    expect(wordsOf('Crème brûlée, 3 Eier – ÜBER-gut!')).toEqual([
      'creme',
      'brulee',
      '3',
      'eier',
      'uber',
      'gut',
    ]);
    expect(wordsOf('')).toEqual([]);
  });

  test('Words of scripts without spaces are pairs of characters', () => {
    expect(wordsOf('東京都 Tokyo')).toEqual(['東京', '京都', 'tokyo']);
    expect(wordsOf('猫')).toEqual(['猫']);
  });

  test('A long word is cut', () => {
    expect(wordsOf('x'.repeat(500))[0]).toHaveLength(40);
  });
});

describe('the keyword index', () => {
  test('Rare words have more weight than common ones, and short texts more than long ones', () => {
    const index = new KeywordIndex();
    index.add(1, 'the owl and the mouse');
    index.add(2, 'the cat and the dog');
    index.add(3, `the owl ${'and the cat '.repeat(20)}`);
    expect(best(index, 'the owl')).toEqual([1, 3, 2]);
    expect(best(index, 'zebra')).toEqual([]);
  });

  test('The coverage of a text is its share of the weight of the question', () => {
    const index = new KeywordIndex();
    index.add(1, 'owl mouse');
    index.add(2, 'owl');
    const weighed = index.weigh('owl mouse');
    expect(weighed.get(1)?.coverage).toBeCloseTo(1, 9);
    expect(weighed.get(2)?.coverage).toBeLessThan(0.5);
    expect(index.weigh('mouse zebra').get(1)?.coverage).toBeLessThan(1);
  });

  test('A name decides the order against common words, which are never rare', () => {
    const index = new KeywordIndex();
    index.add(1, 'Rohrwerk GmbH 2019');
    index.add(2, 'since when do we do from');
    for (let id = 3; id < 30; id++) index.add(id, `text number ${id}`);
    const question = 'Since when do we buy from Rohrwerk?';
    expect(best(index, question)).toEqual([1, 2]);
    const rare = [...index.weigh(question).values()].map(({ id, hasRareWord }) => [id, hasRareWord]);
    expect(Object.fromEntries(rare)).toEqual({ 1: true, 2: false });
    expect(index.weigh('which text').get(3)?.hasRareWord).toBe(false);
    expect([...index.weigh('Seit wann kaufen wir bei Rohrwerk?').keys()]).toEqual([1]);
  });

  test('Removed texts are not found, also when they are many', () => {
    const index = new KeywordIndex();
    for (let id = 0; id < 100; id++) index.add(id, `owl number${id}`);
    index.remove(Array.from({ length: 90 }, (_, id) => id));
    index.remove([5, 1_000]);
    expect(index.size).toBe(10);
    expect(best(index, 'owl')).toHaveLength(10);
    expect(best(index, 'number5')).toEqual([]);
    expect(best(index, 'number95')).toEqual([95]);
    index.add(5, 'owl number5');
    expect(best(index, 'number5')).toEqual([5]);
  });
});
