import { existsSync } from 'node:fs';
import { once } from 'node:events';
import bcrypt from 'bcryptjs';
import { expect, test } from 'vitest';
import { newStorageDir, stateOf, type StorageDir } from '../../moving/anythingllm.fixture.ts';
import type { ImportReport } from '../../moving/index.ts';
import { makeInstance } from '../../../test/instance.ts';
import { testHome, type Home } from '../cli.fixture.ts';

const SECRET = '1234567-ABCDEFG-7654321-GFEDCBA';
const HASH = bcrypt.hashSync('correct horse', 4);
const CHATS = 3_000;

function filled(): StorageDir {
  const from = newStorageDir();
  const anna = from.add('users', { username: 'anna', password: HASH, role: 'admin' });
  from.add('api_keys', { name: 'CI', secret: SECRET, createdBy: anna });
  const workspaceId = from.add('workspaces', { name: 'Docs', slug: 'docs' });
  const response = JSON.stringify({ text: 'Yes.' });
  from.database.exec('begin');
  for (let i = 0; i < CHATS; i++) from.add('workspace_chats', { workspaceId, prompt: `${i}`, response });
  from.database.exec('commit');
  from.addDocument('custom-documents/note.json', 'The ferry leaves at nine.');
  from.close();
  return from;
}

const counts = (report: ImportReport, what: 'taken' | 'known'): Record<string, number> =>
  Object.fromEntries(
    report.counts.filter((count) => count[what] > 0).map((count) => [count.kind, count[what]]),
  );

const newHome = async (): Promise<Home> => {
  const home = testHome();
  await makeInstance(home.env);
  return home;
};

const ALL = { user: 1, key: 1, workspace: 1, document: 1, chat: CHATS };

test(
  'a dry run reports everything and writes nothing, neither in the source nor in the data directory',
  { timeout: 60_000 },
  async () => {
    const from = filled();
    const before = stateOf(from.folder);
    const home = testHome();
    const report = await home.json<ImportReport>(['import', 'anythingllm', from.folder, '--dry-run']);
    expect(report.dry_run).toBe(true);
    expect(counts(report, 'taken')).toEqual(ALL);
    expect(existsSync(home.dataDir)).toBe(false);
    expect(stateOf(from.folder)).toEqual(before);
  },
);

test(
  'without a terminal the command prints the report of a dry run, and imports only with --yes',
  { timeout: 60_000 },
  async () => {
    const from = filled();
    const home = await newHome();
    const asked = await home.run(['import', 'anythingllm', from.folder, '--output', 'table']);
    expect(asked.code).toBe(2);
    expect(asked.stdout).toMatch(/^chats +3000 +3000 +0 +0$/m);
    expect(asked.stderr).toContain('repeat the command with --yes');
    const before = stateOf(from.folder);
    const taken = await home.run(['import', 'anythingllm', from.folder, '--yes', '--output', 'json']);
    expect(taken.code).toBe(0);
    expect(counts(JSON.parse(taken.stdout) as ImportReport, 'taken')).toEqual(ALL);
    expect(taken.stderr).toContain('Importing chats');
    expect(taken.stderr).toContain('keyward keys list --tag anythingllm');
    expect(stateOf(from.folder)).toEqual(before);
    const again = await home.json<ImportReport>(['import', 'anythingllm', from.folder, '--yes']);
    expect([counts(again, 'taken'), counts(again, 'known')]).toEqual([{}, ALL]);
    expect(await home.json(['import', 'status'])).toEqual({
      documents_left: 0,
      failing: 0,
      last_error: null,
    });
    for (const text of [asked, taken].flatMap(({ stdout, stderr }) => [stdout, stderr]))
      expect(text).not.toMatch(/1234567|7654321|\$2b\$/);
  },
);

test(
  'on a terminal the import asks first, and imports nothing without a yes',
  { timeout: 60_000 },
  async () => {
    const from = filled();
    const home = await newHome();
    const line = `import anythingllm ${from.folder}`;
    const no = await home.runOnTerminal(line, [{ at: '[y/N]', text: 'n\n' }]);
    expect(no.stdout).toContain('Nothing was imported.');
    const yes = await home.runOnTerminal(line, [{ at: '[y/N]', text: 'y\n' }]);
    expect(yes.code).toBe(0);
    expect(yes.stdout).toMatch(/chats +3000 +3000/);
  },
);

test(
  'an import that was killed is continued by the next one, and nothing is imported twice',
  { timeout: 120_000 },
  async () => {
    const from = filled();
    const home = await newHome();
    const child = home.spawn(['import', 'anythingllm', from.folder, '--yes']);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      // Printed after the first 100 chats.
      if (/Importing chats/.test(said)) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const report = await home.json<ImportReport>(['import', 'anythingllm', from.folder, '--yes']);
    const chats = report.counts.find(({ kind }) => kind === 'chat');
    expect(chats?.known).toBeGreaterThan(0);
    expect(chats?.taken).toBeGreaterThan(0);
    expect((chats?.known ?? 0) + (chats?.taken ?? 0)).toBe(CHATS);
    const again = await home.json<ImportReport>(['import', 'anythingllm', from.folder, '--yes']);
    expect(counts(again, 'known')).toEqual(ALL);
  },
);

test('a folder without a database is refused with one line', { timeout: 60_000 }, async () => {
  const home = testHome();
  for (const folder of ['/nowhere', home.folder]) {
    const { code, stdout, stderr } = await home.run(['import', 'anythingllm', folder, '--dry-run']);
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toMatch(/^keyward: There is no anythingllm\.db in [^\n]*\n$/);
  }
});
