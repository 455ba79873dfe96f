import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const src = new URL('..', import.meta.url);

/** The generators that a word passes, one after the other, from the model's bytes to the socket; each costs a turn. */
const WAYS: Record<string, string[]> = {
  'an answer': ['chat/ask-model.ts piecesOf', 'chat/answer.ts answered', 'chat/chat.ts #withFailures'],
  'an agent': ['chat/ask-model.ts piecesOf', 'chat/agent.ts steps', 'chat/chat.ts #withFailures'],
  'a widget': [
    'chat/ask-model.ts piecesOf',
    'chat/answer.ts answered',
    'chat/chat.ts #withFailures',
    'widgets/widget-chat.ts answered',
  ],
  'an ending without a question to a model': ['chat/chat.ts only'],
};
const MOST = 4;

/** Generators in these folders that no word passes. */
const OTHERS = [
  'developer/chat/exports.ts conversations',
  'developer/chat/exports.ts csvLines',
  'developer/chat/exports.ts jsonArray',
  'developer/chat/history.ts pages',
  'developer/widgets/embeds.ts pages',
  'widgets/embeds.ts embedChats',
];

/** Every async generator of a folder, as `path name`. */
function generatorsIn(folder: string): string[] {
  const files = readdirSync(new URL(`${folder}/`, src)).filter((name) =>
    /(?<!\.test|\.fixture)\.ts$/.test(name),
  );
  return files.flatMap((file) => {
    const source = readFileSync(new URL(`${folder}/${file}`, src), 'utf8');
    const found = source.matchAll(/\basync (?:function)?\s*\*\s*(#?\w*)|\bpipeThrough\b|\bReadable\.from\b/g);
    return [...found].map(([all, name]) => `${folder}/${file} ${name ?? all}`);
  });
}

test('A token of a model passes at most four generators on its way to the socket', () => {
  const found = ['chat', 'widgets', 'developer/chat', 'developer/widgets'].flatMap(generatorsIn);
  const known = new Set([...Object.values(WAYS).flat(), ...OTHERS]);
  expect(new Set(found)).toEqual(known);
  const tooLong = Object.entries(WAYS).filter(([, generators]) => generators.length > MOST);
  expect(tooLong).toEqual([]);
});
