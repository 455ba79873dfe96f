import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { SigningThread } from './signing-thread.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const textsOf = (count: number): string[] => Array.from({ length: count }, (_, at) => `receipt ${at} é`);
const signed = (texts: readonly string[]): string[] =>
  texts.map((text) => sign(null, Buffer.from(text), privateKey).toString('base64'));

function newThread(): SigningThread {
  const thread = new SigningThread(privateKey);
  onTestFinished(() => thread.stop());
  return thread;
}

test('few texts and many are signed with the key, in their order', async () => {
  const thread = newThread();
  const lists = [0, 1, 3, 4, 200].map(textsOf);
  expect(await Promise.all(lists.map((texts) => thread.sign(texts)))).toEqual(lists.map(signed));
});

test('what a thread has not signed at its end is signed all the same, and so is what comes later', async () => {
  const thread = newThread();
  const texts = textsOf(50);
  const begun = [thread.sign(texts), thread.sign(texts)];
  await thread.stop();
  expect(await Promise.all(begun)).toEqual([signed(texts), signed(texts)]);
  expect(await thread.sign(texts)).toEqual(signed(texts));
});

test('more lists than the thread may have at a time are signed too, each once and in its order', async () => {
  const thread = newThread();
  const lists = Array.from({ length: 80 }, (_, list) => textsOf(6).map((text) => `${list}: ${text}`));
  expect(await Promise.all(lists.map((texts) => thread.sign(texts)))).toEqual(lists.map(signed));
});
