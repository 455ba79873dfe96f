import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROLES } from '../first-secrets.ts';
import type { SmokeReport } from './report.ts';
import type { Stack } from './stack.ts';

interface Canary {
  name: string;
  bytes: Buffer;
  /** Files below the state that may hold it. */
  places: string[];
}

/** Looks for every secret of the stack where it has no business to be. */
export async function checkLeaks(report: SmokeReport, stack: Stack): Promise<void> {
  const canaries = canariesOf(stack);
  await report.check(
    `none of ${canaries.length} secrets is in an argument or the environment of a process`,
    async () => {
      const found = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => ['cmdline', 'environ'].map((file) => `/proc/${pid}/${file}`))
        .flatMap((file) => namesIn(contentOf(file), canaries).map((name) => `${file} holds ${name}`));
      assert.deepEqual(found, []);
    },
  );
  await report.check(
    'none is in a log or in a file outside of its places, and only their user reads those',
    async () => {
      const { state } = stack.settings;
      const found = filesBelow(state).flatMap((file) => {
        const path = relative(state, file);
        const held = canaries.filter(({ bytes }) => contentOf(file).includes(bytes));
        const misplaced = held
          .filter(({ places }) => !places.includes(path))
          .map(({ name }) => `${path} holds ${name}`);
        const isOpen = held.length > 0 && (statSync(file).mode & 0o077) !== 0;
        return isOpen ? [...misplaced, `${path} is readable by others`] : misplaced;
      });
      assert.deepEqual(found, []);
      assert.equal(statSync(state).mode & 0o077, 0);
    },
  );
}

function canariesOf({ settings: { state }, key, formerKey, service }: Stack): Canary[] {
  const text = (name: string, value: string, ...places: string[]): Canary => ({
    name,
    bytes: Buffer.from(value),
    places,
  });
  const file = (path: string): Canary => ({
    name: path,
    bytes: readFileSync(join(state, path)),
    places: [path],
  });
  return [
    text('ANYLLM_API_KEY', key),
    ...(formerKey === undefined ? [] : [text('the former ANYLLM_API_KEY', formerKey)]),
    ...Object.entries(service).map(([name, value]) =>
      text(name, value, 'service/.env', ...(name === 'AUTH_TOKEN' ? ['secrets/service_password'] : [])),
    ),
    ...ROLES.map((role) => file(`roles/${role}/secret-id`)),
    file('openbao/unseal.key'),
  ];
}

const namesIn = (content: Buffer, canaries: readonly Canary[]): string[] =>
  canaries.filter(({ bytes }) => content.includes(bytes)).map(({ name }) => name);

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Empty where it went meanwhile, or belongs to another user. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
