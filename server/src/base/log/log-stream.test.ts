import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { toDescriptor, toFile } from './log-stream.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'keyward-log-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('a log file above its limit becomes the former one, and no line is lost', () => {
  const home = folder();
  const path = join(home, 'keyward.log');
  const log = toFile(path, 100);
  const lines = Array.from(
    { length: 12 },
    (_, index) => `line ${String(index).padStart(2, '0')} of the log\n`,
  );
  for (const line of lines) log.write(line);
  expect(readdirSync(home).sort()).toEqual(['keyward.log', 'keyward.log.1']);
  expect(readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8')).toBe(lines.slice(6).join(''));
  for (const name of readdirSync(home)) expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
  toFile(path, 100).write('of the next process\n');
  expect(readFileSync(path, 'utf8')).toBe('of the next process\n');
});

test('lines that cannot be written end nothing', () => {
  const log = toDescriptor(openSync('/dev/full', 'w'));
  for (let line = 0; line < 3_000; line++) log.write(`${'x'.repeat(1_000)}\n`);
  const file = toFile('/dev/full');
  expect(() => file.write('a line\n')).not.toThrow();
});
