import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type Home } from '../cli.fixture.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let home: Home;
let narrow: { key: { id: string }; secret: string };
beforeAll(async () => {
  server = await startServer();
  ({ home } = server);
  for (let count = 0; count < 5; count++)
    narrow = await home.json(['keys', 'create', 'no audit', '--scope', 'keys:read']);
}, 60_000);
afterAll(() => server.stop());

interface Listing {
  items: unknown[];
}

describe('audit and endpoints', { timeout: 60_000 }, () => {
  test('changes are listed, and an exported record can be verified elsewhere', async () => {
    const { items } = await home.json<Listing>([
      'audit',
      'list',
      '--action',
      'keys.*',
      '--limit',
      '5',
      '--from',
      '1h',
    ]);
    expect(items).toHaveLength(5);
    await home.json(['keys', 'disable', narrow.key.id, '--reason', 'left the team']);
    const table = await home.run(['audit', 'list', '--target', narrow.key.id, '-o', 'table']);
    expect(table.stdout).toMatch(/^SEQ .* DETAILS\n\d+ .* keys\.disable .*reason left the team/);
    expect(table.stdout).toContain(`no audit (${narrow.key.id})`);
    await home.json(['keys', 'enable', narrow.key.id]);
    const signed = await home.run(['audit', 'checkpoint']);
    const checkpoint = join(home.folder, 'checkpoint.json');
    writeFileSync(checkpoint, signed.stdout);
    const pem = join(home.folder, 'signer.pem');
    writeFileSync(pem, (JSON.parse(signed.stdout) as { public_key: string }).public_key);
    const record = join(home.folder, 'record.ndjson');
    expect(await home.json(['audit', 'export', record, '--local'])).toMatchObject({ file: record });
    const args = ['audit', 'verify', record, '--checkpoint', checkpoint, '--public-key', pem];
    expect(await home.json(args)).toMatchObject({ valid: true });
    expect(await home.json(['audit', 'verify', '--local'])).toMatchObject({ valid: true });
    const piped = await home.run(['audit', 'export', '--local']);
    const changed = piped.stdout.replace('keys.mint', 'keys.mend');
    const { code, stdout, stderr } = await home.run(['audit', 'verify', '-'], { stdin: changed });
    expect([code, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ valid: false })]);
    expect(stderr).toContain('BROKEN');
    for (const from of [['--local'], []])
      expect((await home.run(['audit', 'export', record, ...from])).code).toBe(1);
    const remote = join(home.folder, 'remote.ndjson');
    expect(await home.json(['audit', 'export', remote])).toMatchObject({ file: remote });
    expect(await home.json(['audit', 'verify', remote, '--public-key', pem])).toMatchObject({ valid: true });
    for (const from of [['--local'], []]) {
      const part = await home.run([
        'audit',
        'export',
        '--action',
        'keys.disable',
        '--to',
        '2190-01-01',
        ...from,
      ]);
      const [header, ...records] = part.stdout.trimEnd().split('\n');
      expect(header).toContain('keyward-audit-selection');
      expect(records.map((line) => (JSON.parse(line) as { target: string }).target)).toEqual([narrow.key.id]);
      const verified = await home.run(['audit', 'verify', '-'], { stdin: part.stdout });
      expect([verified.code, verified.stderr]).toEqual([1, expect.stringContaining('without filters')]);
    }
    const env = { KEYWARD_API_KEY: narrow.secret };
    const refused = await home.run(['audit', 'export'], { env });
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      4,
      '',
      expect.stringContaining('audit:read'),
    ]);
  });

  test('endpoints lists the endpoints of the server, without a key', async () => {
    const { items } = await home.json<{ items: unknown[] }>(['endpoints'], { env: { KEYWARD_API_KEY: '' } });
    expect(items).toContainEqual({
      method: 'POST',
      path: '/v1/keys',
      summary: 'Mint a key',
      access: 'keys:write',
    });
    const table = await home.run(['endpoints', '-o', 'table']);
    expect(table.stdout).toMatch(/^METHOD +PATH/);
  });
});
