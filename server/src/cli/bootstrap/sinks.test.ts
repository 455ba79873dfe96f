import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startItemServer } from '../../bootstrap/sinks/item-server.fixture.ts';
import { EXAMPLES, ETAG_MANIFEST, onePassword, programs } from '../../bootstrap/sinks/stores.fixture.ts';
import { Home } from '../cli.fixture.ts';

const CANARY = `canary-${process.pid}-5e0b77`;

/** Everything in a folder, and below. */
const filesIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

function home(manifest: string): Home {
  const made = new Home();
  onTestFinished(() => made.remove());
  const sources = `[{ env: OPERATOR_KEY }]`;
  writeFileSync(
    join(made.folder, 'keyward.bootstrap.yaml'),
    manifest.replace('[{ random: { length: 48 } }]', sources),
  );
  return made;
}

test(
  'a program as a sink gets values on stdin alone, also where it fails and prints them',
  { timeout: 90_000 },
  async () => {
    const variables = onePassword();
    const [folder = ''] = (variables['PATH'] ?? '').split(':');
    const op = readFileSync(join(folder, 'op'), 'utf8').replace('#!/bin/sh\n', '');
    const seen = join(folder, 'seen');
    const watching = `{ ps -ww -eo args; env; } >>'${seen}'\n`;
    const made = home(EXAMPLES['onepassword'] ?? '');
    const outputs: string[] = [];
    const run = async (env: Record<string, string>) => {
      const { code, stdout, stderr } = await made.run(['bootstrap', 'apply'], {
        env: { ...variables, ...env },
      });
      outputs.push(stdout, stderr);
      return code;
    };
    programs({ op: watching + op }, folder);
    expect(await run({ OPERATOR_KEY: `${CANARY}-one` })).toBe(0);
    expect(await run({ OPERATOR_KEY: `${CANARY}-one` })).toBe(0);
    for (const fault of ['tee /dev/stderr; exit 3', 'kill -9 $$']) {
      programs({ op: `${watching}case "$2" in create|edit) ${fault} ;; esac\n${op}` }, folder);
      expect(await run({ OPERATOR_KEY: `${CANARY}-two` })).not.toBe(0);
    }
    programs({ op: watching + op }, folder);
    expect(await run({ OPERATOR_KEY: `${CANARY}-two` })).toBe(0);
    expect(outputs.join('\n')).not.toContain(CANARY);
    expect(filesIn(made.folder)).not.toContain(CANARY);
    expect(readFileSync(seen, 'utf8')).toContain('op item get SESSION_SECRET');
    expect(readFileSync(seen, 'utf8')).not.toContain(CANARY);
    const items = readdirSync(variables.OP_ITEMS);
    expect(items.sort()).toEqual(['KEYWARD_FINGERPRINT_KEY', 'SESSION_SECRET', 'SESSION_SECRET.keyward']);
    expect(readFileSync(join(variables.OP_ITEMS, 'SESSION_SECRET'), 'utf8')).toContain(`${CANARY}-two`);
    expect(readFileSync(join(variables.OP_ITEMS, 'SESSION_SECRET.keyward'), 'utf8')).not.toContain(CANARY);
    // A second run writes nothing.
    programs({ op: `case "$2" in create|edit|delete) exit 9 ;; esac\n${op}` }, folder);
    expect(await run({ OPERATOR_KEY: `${CANARY}-two` })).toBe(0);
  },
);

test(
  'an HTTP API as a sink gets values in bodies alone, also where it fails and shows them',
  { timeout: 90_000 },
  async () => {
    const server = await startItemServer();
    const made = home(ETAG_MANIFEST);
    const outputs: string[] = [];
    const run = async (value: string, verb = ['apply']) => {
      const env = { ITEM_SERVER: server.address, TOKEN: 'canary-token', OPERATOR_KEY: `${CANARY}-${value}` };
      const { code, stdout, stderr } = await made.run(['bootstrap', ...verb], { env });
      outputs.push(stdout, stderr);
      return code;
    };
    expect(await run('one')).toBe(0);
    expect(server.items.get('ONE')).toBe(`${CANARY}-one`);
    for (const status of [403, 500]) {
      server.onWrite = { status, body: `${CANARY}-two` };
      expect(await run('two')).not.toBe(0);
    }
    server.onWrite = undefined;
    expect(await run('two')).toBe(0);
    const before = server.seen.length;
    expect(await run('two')).toBe(0);
    expect(server.seen.slice(before).filter((line) => !line.startsWith('GET'))).toEqual([]);
    expect(await run('two', ['destroy', '--yes'])).toBe(0);
    expect([...server.items.keys()]).toEqual(['KEYWARD_FINGERPRINT_KEY']);
    expect(outputs.join('\n')).not.toContain(CANARY);
    expect(outputs.join('\n')).not.toContain('canary-token');
    expect(server.seen.join('\n')).not.toContain(CANARY);
    expect(filesIn(made.folder)).not.toContain(CANARY);
  },
);
