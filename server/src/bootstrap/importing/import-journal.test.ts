import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writePrivate } from '../sinks/private-files.ts';
import { folderOf, named } from './import-folder.fixture.ts';
import { changeOf, cutOffImport, finishImport, journalPath } from './import-journal.ts';
import { seenByServices } from './seen-stack.fixture.ts';

describe('an import that is cut off', () => {
  test('before the first file was changed is done by the next run', async () => {
    const { files, stack } = named('anythingllm');
    const { folder, prepare, read } = folderOf(stack);
    const before = seenByServices(folder, files);
    const found = await prepare(files);
    writeFileSync(join(folder, '.env'), `${read('.env')}MORE=1\n`);
    await expect(found.carryOut()).rejects.toThrow(
      /\.env was changed meanwhile\. Nothing was changed in the stack/,
    );
    expect(read('compose.yaml')).toBe(stack['compose.yaml']);
    await (await prepare(files)).carryOut();
    expect(seenByServices(folder, files)).toEqual(before);
  });

  test.for([0, 1, 2, 3])('after %i of three files is finished by the next run', async (done) => {
    const names = ['a', 'b', 'c'];
    const { folder, read } = folderOf(Object.fromEntries(names.map((name) => [name, `one\ntwo ${name}\n`])));
    const edits = [{ start: 0, end: 4, text: 'new\n' }];
    const changes = names.map((name) => changeOf(join(folder, name), read(name), edits));
    const journal = journalPath(join(folder, 'manifest'));
    await writePrivate(journal, JSON.stringify({ version: 1, changes }));
    for (const name of names.slice(0, done)) writeFileSync(join(folder, name), `new\ntwo ${name}\n`);
    await finishImport(journal);
    expect(names.map(read)).toEqual(names.map((name) => `new\ntwo ${name}\n`));
    expect(await cutOffImport(journal)).toBeUndefined();
  });

  test('does not overwrite a file that somebody changed since then', async () => {
    const { folder, read } = folderOf({ a: 'one\n' });
    const journal = journalPath(join(folder, 'manifest'));
    const changes = [changeOf(join(folder, 'a'), 'one\n', [{ start: 0, end: 3, text: 'two' }])];
    await writePrivate(journal, JSON.stringify({ version: 1, changes }));
    writeFileSync(join(folder, 'a'), 'mine\n');
    await expect(finishImport(journal)).rejects.toThrow(/a was changed after an import of it was cut off/);
    expect(read('a')).toBe('mine\n');
  });
});
