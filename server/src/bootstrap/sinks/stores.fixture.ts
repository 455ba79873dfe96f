import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { BAO } from '../../../test/openbao.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { openSinks } from '../open-sinks.ts';
import type { Sink } from './sink.ts';

const PAGE = readFileSync(new URL('../../../../docs/bootstrap-sinks.md', import.meta.url), 'utf8');

/** Manifests of docs/bootstrap-sinks.md, by what they reach. */
export const EXAMPLES = Object.fromEntries(
  [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => [
    /^sinks:\n {2}(\w+):/m.exec(yaml)?.[1] ?? '',
    yaml,
  ]),
);

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'keyward-sink-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** The one sink of a manifest. */
export async function sinkOf(yaml: string, variables: Record<string, string>, at = folder()): Promise<Sink> {
  const manifest = readManifest(yaml, 'm.yaml', variables);
  const [sink] = (await openSinks(manifest, { folder: at, variables })).values();
  if (sink === undefined) throw new Error('The manifest has no sink.');
  onTestFinished(() => sink.stop());
  return sink;
}

/** A program on a PATH of its own. @returns the PATH */
export function programs(scripts: Record<string, string>, at = folder()): string {
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(at, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(at, name), 0o755);
  }
  return `${at}:${process.env['PATH'] ?? ''}`;
}

/**
 * Follows the manual of 1Password's `op` 2 for `item get`, `create`, `edit` and `delete`: one exit code for all failures,
 * templates on stdin, a token of a service account. Items lie in $OP_ITEMS, in clear text.
 */
const OP = String.raw`fail() { echo "[ERROR] $1" >&2; exit 1; }
[ "$OP_SERVICE_ACCOUNT_TOKEN" = canary-op-token ] || fail 'You are not currently signed in.'
name=$3
known() { [ -f "$OP_ITEMS/$name" ] || fail "\"$name\" isn't an item in the \"stack\" vault."; }
case "$*" in
'item create --vault stack -')
  item=$(cat)
  name=$(printf %s "$item" | sed 's/.*"title":"\([^"]*\)".*/\1/')
  printf %s "$item" >"$OP_ITEMS/$name" ;;
"item get $name --vault stack --fields label=password --reveal --format json")
  known
  sed 's/.*"fields":\[\(.*\)\]}$/\1/' "$OP_ITEMS/$name" ;;
"item edit $name --vault stack") known; cat >"$OP_ITEMS/$name" ;;
"item delete $name --vault stack") known; rm "$OP_ITEMS/$name" ;;
*) fail 'unknown command' ;;
esac`;

/** The variables of the example for 1Password, with a program that follows its manual. */
export function onePassword(): Record<string, string> & { OP_ITEMS: string } {
  const items = folder();
  const PATH = programs({ op: `OP_ITEMS='${items}'\n${OP}` });
  return { PATH, OP_SERVICE_ACCOUNT_TOKEN: 'canary-op-token', OP_ITEMS: items };
}

/** The variables of the example over the command line of OpenBao. */
export function baoCommands(address: string): Record<string, string> {
  const at = folder();
  symlinkSync(BAO, join(at, 'bao'));
  return {
    PATH: `${at}:${process.env['PATH'] ?? ''}`,
    HOME: at,
    VAULT_ADDR: address,
    BAO_ADDR: address,
    VAULT_TOKEN: 'root',
  };
}

/** The variables of the example for pass, with a key of its own. */
export function passwordStore(): Record<string, string> {
  const at = folder();
  const home = join(at, 'gnupg');
  mkdirSync(home, { mode: 0o700 });
  const variables = {
    PATH: process.env['PATH'] ?? '',
    HOME: at,
    GNUPGHOME: home,
    PASSWORD_STORE_DIR: join(at, 'store'),
  };
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { env: variables, stdio: 'ignore' });
  onTestFinished(() => void run('gpgconf', '--kill', 'all'));
  run('gpg', '--batch', '--passphrase', '', '--quick-gen-key', 'keyward-test', 'future-default', 'default');
  run('pass', 'init', 'keyward-test');
  return variables;
}

/** A store with conditional requests. */
export const ETAG_MANIFEST = `version: 1
sinks:
  etag:
    type: http
    compare: version
    url: \${ITEM_SERVER}
    secrets: { token: { env: TOKEN } }
    headers: { authorization: 'Bearer {token}' }
    read: { path: '/etag/{name}', version: etag }
    create:
      method: PUT
      path: /etag/{name}
      headers: { if-none-match: '*', content-type: text/plain }
      body: '{value}'
      changed: { status: [412] }
    write:
      path: /etag/{name}
      headers: { if-match: '{version}', content-type: text/plain }
      body: '{value}'
      changed: { status: [412] }
    remove: { path: '/etag/{name}' }
keys:
  one:
    sources: [{ random: { length: 48 } }]
    store: [{ sink: etag, name: ONE }]
`;
