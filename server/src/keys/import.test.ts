import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { KeywardError } from '../base/errors.ts';
import { changeState, getKey, importKeyList, importKeys, listKeys, mint } from './index.ts';
import type { ImportInput, ImportLine, KeysContext } from './index.ts';
import { checkImported } from './import.ts';
import { all, identify, mintActor, openTestKeys, OPERATOR } from './keys.fixture.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const secretOf = (i: number): string => `imported-secret-${String(i).padStart(6, '0')}`;
const input = (i: number, change: Partial<ImportInput> = {}): ImportInput => ({
  name: `imported ${i}`,
  owner: 'tests',
  role: 'client',
  secret: secretOf(i),
  ...change,
});

async function* lines(inputs: readonly (ImportInput | KeywardError)[]): AsyncGenerator<ImportLine> {
  for (const [index, one] of inputs.entries()) yield { line: index + 1, input: one };
}

const take = (keys: KeysContext, inputs: readonly (ImportInput | KeywardError)[], actor = OPERATOR) =>
  all(importKeys(keys, actor, lines(inputs)));

describeOnBothDatabases('import', (open) => {
  test('keys imported as text or as SHA-256 are the same keys and work; a repeat changes nothing', async () => {
    const { keys } = await openTestKeys(open);
    const hashed = input(2, { secret: undefined, sha256: sha256(secretOf(2)).toUpperCase() });
    const outcomes = await take(keys, [input(1), hashed]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['imported', 'imported']);
    for (const i of [1, 2]) expect((await identify(keys, secretOf(i))).code).toBe('valid');
    const again = await take(keys, [
      input(1, { secret: undefined, sha256: sha256(secretOf(1)), role: 'admin' }),
      input(2),
    ]);
    expect(again).toMatchObject([
      { line: 1, outcome: 'exists', name: 'imported 1' },
      { line: 2, outcome: 'exists', name: 'imported 2' },
    ]);
    const { items } = await listKeys(keys, OPERATOR, {});
    expect(items.map(({ role }) => role)).toEqual(['client', 'client']);
    expect(new Set(items.map(({ secrets }) => secrets[0]?.hint))).toEqual(new Set(['…', '…0001']));
  });

  test('450 lines with bad ones among them: each has its outcome, in order, in transactions of 200', async () => {
    const { keys, database } = await openTestKeys(open);
    const inputs: (ImportInput | KeywardError)[] = Array.from({ length: 450 }, (_, i) => input(i));
    inputs[3] = input(3, { secret: 'short' });
    inputs[5] = new KeywardError('bad_request', 'The line is no JSON.');
    inputs[7] = input(7, { sha256: sha256('x') });
    inputs[8] = input(8, { secret: undefined });
    inputs[9] = input(9, { owner: 'nobody' });
    inputs[10] = input(10, { secret: undefined, sha256: 'zz' });
    inputs[11] = input(2);
    inputs[12] = input(12, { name: 'with \0 in it' });
    const outcomes = await take(keys, inputs);
    expect(outcomes.map(({ line }) => line)).toEqual(inputs.map((_, i) => i + 1));
    const odd = outcomes.filter(({ outcome }) => outcome !== 'imported');
    expect(odd).toMatchObject([
      { line: 4, outcome: 'refused', code: 'invalid_input', errors: [{ field: 'secret' }] },
      { line: 6, outcome: 'refused', code: 'bad_request' },
      { line: 8, outcome: 'refused', errors: [{ field: 'secret' }] },
      { line: 9, outcome: 'refused', errors: [{ field: 'secret' }] },
      { line: 10, outcome: 'refused', errors: [{ field: 'owner' }] },
      { line: 11, outcome: 'refused', errors: [{ field: 'sha256' }] },
      { line: 12, outcome: 'exists', name: 'imported 2' },
      { line: 13, outcome: 'refused', code: 'invalid_input' },
    ]);
    const count = async (table: string): Promise<number> => {
      const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
        database.storage.db,
      );
      return rows[0]?.n ?? 0;
    };
    expect(await count('keys')).toBe(442);
    expect(await count('key_secrets')).toBe(442);
    const { rows } = await sql`select seq from audit_records where action = 'keys.import'`.execute(
      database.storage.db,
    );
    expect(rows).toHaveLength(3);
  });

  test('the same keys imported by two processes at once are imported once each, none without a secret', async () => {
    const { keys, another, database } = await openTestKeys(open);
    const other = await another();
    const inputs = Array.from({ length: 300 }, (_, i) => input(i));
    const both = await Promise.all([take(keys, inputs), take(other.keys, inputs.toReversed())]);
    const imported = both.flat().filter(({ outcome }) => outcome === 'imported');
    expect(imported).toHaveLength(300);
    expect(both.flat().filter(({ outcome }) => outcome === 'exists')).toHaveLength(300);
    const { rows } = await sql`select keys.id from keys
      left join key_secrets on key_secrets.key_id = keys.id where key_secrets.id is null`.execute(
      database.storage.db,
    );
    expect(rows).toEqual([]);
  });

  test('a database that fails in the middle ends the import; what was reported before it is stored', async () => {
    const { keys } = await openTestKeys(open);
    const reported: string[] = [];
    const breaking = async function* (): AsyncGenerator<ImportLine> {
      for (let i = 0; i < 300; i++) {
        if (i === 250) await keys.storage.close();
        yield { line: i + 1, input: input(i) };
      }
    };
    const importing = async (): Promise<void> => {
      for await (const outcome of importKeys(keys, OPERATOR, breaking()))
        if (outcome.outcome === 'imported') reported.push(outcome.key_id);
    };
    await expect(importing()).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(reported).toHaveLength(200);
  });

  test('nobody imports more than they hold, or for an owner they do not manage', async () => {
    const { keys } = await openTestKeys(open);
    const { actor } = await mintActor(keys, { scopes: ['keys:write'] });
    const outcomes = await take(
      keys,
      [
        input(1, { owner: undefined }),
        input(2, { role: undefined, scopes: ['keys:write'], owner: undefined }),
      ],
      actor,
    );
    expect(outcomes).toMatchObject([
      { outcome: 'refused', code: 'scope_escalation' },
      { outcome: 'imported' },
    ]);
  });

  test('a minted key that is imported elsewhere by its text is known there', async () => {
    const { keys } = await openTestKeys(open);
    const { key, secret } = await mint(keys, OPERATOR, { name: 'x', owner: 'tests', role: 'miner' });
    expect(await take(keys, [input(1, { secret })])).toMatchObject([{ outcome: 'exists', key_id: key.id }]);
  });
});

describe('weak secrets', () => {
  test.each([
    ['', /16 characters/],
    ['fifteen-chars-x', /16 characters/],
    ['x'.repeat(513), /at most 512/],
    ['$CLIENT_API_KEY_1', /variable/],
    ['${CLIENT_API_KEY}', /variable/],
    ['your_api_key_here', /placeholder/],
    ['YOUR-API-KEY-HERE', /placeholder/],
    ['changeme-changeme', /placeholder/],
    ['<insert key here>', /placeholder/],
    ['xxxxxxxxxxxxxxxxxxxx', /placeholder/],
    ['0000000000000000000', /placeholder/],
    ['with space in the middle', /white space/],
    ['with-newline-at-end\n', /white space/],
    ['schlüssel-mit-umlaut', /visible ASCII/],
    ['with-a-nul-at-end\0\0', /visible ASCII/],
  ])('the weak secret "%s" is refused, and the message does not contain it', (secret, message) => {
    const check = (): string => checkImported('field', secret);
    expect(check).toThrow(message);
    expect(check).not.toThrow(secret === '' ? 'nothing at all' : secret);
  });

  test.each([
    '0123456789abcdef',
    'sk-proj-abcdefghijklmnop',
    'client_dev_key_1',
    'MY4XKQN-8GWMX3R-PHC5H4K-2J8DZ6T',
  ])('the secret "%s" is imported', (secret) => {
    expect(checkImported('field', secret)).toBe(secret);
  });
});

describeOnBothDatabases('keys of the environment', (open) => {
  const list = (value: string) => ({ role: 'miner', variable: 'MINER_API_KEYS', value }) as const;
  const [one, two] = ['miner-secret-number-1', 'miner-secret-number-2'];

  test.each([
    ['JSON', JSON.stringify([one, two])],
    ['JSON with white space around', `\n ${JSON.stringify([one, two], null, 2)}\n`],
    ['commas', `${one},${two}`],
    ['commas with white space and empty places', ` ${one} ,, ${two}, `],
  ])(
    'keys of the environment are read as %s, owned by their role, and a second start finds them',
    async (_name, value) => {
      const { keys } = await openTestKeys(open);
      expect(await importKeyList(keys, list(value))).toEqual({
        imported: ['miner-1', 'miner-2'],
        existing: 0,
      });
      expect(await importKeyList(keys, list(value))).toEqual({ imported: [], existing: 2 });
      const { items } = await listKeys(keys, OPERATOR, {});
      expect(items).toHaveLength(2);
      for (const { owner, role, tags, createdBy } of items)
        expect({ owner: owner.name, role, tags, createdBy }).toEqual({
          owner: 'miners',
          role: 'miner',
          tags: ['environment'],
          createdBy: 'system',
        });
      expect((await identify(keys, two)).code).toBe('valid');
    },
  );

  test('a key that stands twice in the environment is imported once', async () => {
    const { keys } = await openTestKeys(open);
    const { imported, existing } = await importKeyList(keys, list(`${one},${one},${two}`));
    expect([imported.length, existing]).toEqual([2, 1]);
  });

  test('two processes that start together import each key of the environment once', async () => {
    const { keys, another } = await openTestKeys(open);
    const other = await another();
    const both = await Promise.all(
      [keys, other.keys].map((context) => importKeyList(context, list(`${one},${two}`))),
    );
    expect(both.flatMap(({ imported }) => imported).toSorted()).toEqual(['miner-1', 'miner-2']);
    expect(both.reduce((sum, { existing }) => sum + existing, 0)).toBe(2);
  });

  test.each([
    [`${one},short`, 'MINER_API_KEYS[1]'],
    [`["${one}","your_api_key_here"]`, 'MINER_API_KEYS[1]'],
    ['$MINER_API_KEYS_FROM_VAULT', 'MINER_API_KEYS[0]'],
    [`["${one}", 5]`, 'MINER_API_KEYS'],
    [`["${one}"`, 'MINER_API_KEYS'],
    [`["${one}",]`, 'MINER_API_KEYS'],
  ])(
    'an invalid list in the environment imports nothing and is refused by place, without its text',
    async (value, field) => {
      const { keys } = await openTestKeys(open);
      const failure = await importKeyList(keys, list(value)).then(
        () => undefined,
        (error: KeywardError) => error,
      );
      expect(failure?.extras.errors?.[0]?.field).toBe(field);
      for (const part of [one, 'short', 'your_api', 'VAULT']) expect(failure?.message).not.toContain(part);
      expect((await listKeys(keys, OPERATOR, {})).items).toEqual([]);
    },
  );

  test('an empty list in the environment imports nothing and is no error', async () => {
    const { keys } = await openTestKeys(open);
    expect(await importKeyList(keys, list('[]'))).toEqual({ imported: [], existing: 0 });
  });

  test('a key that was revoked stays so when the next start finds it in the environment', async () => {
    const { keys } = await openTestKeys(open);
    await importKeyList(keys, list(one));
    const { items } = await listKeys(keys, OPERATOR, {});
    await changeState(keys, OPERATOR, { id: items[0]?.id ?? '', verb: 'revoke' });
    expect(await importKeyList(keys, list(one))).toEqual({ imported: [], existing: 1 });
    expect((await getKey(keys, OPERATOR, items[0]?.id ?? '')).storedState).toBe('revoked');
  });
});
