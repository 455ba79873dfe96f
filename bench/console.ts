import { measureJobs } from './console/jobs.ts';
import { measureKeys } from './console/keys.ts';

// The console, in a browser that has loaded nothing before: until its first page is there, and the size of the script of that
// page. Then the list of keys, with a hundred keys and with a million: until it is drawn, until a search has found its key, and the
// longest task of the page while it is scrolled. Then the same of 100,000 jobs; and a text that is typed beside their list while
// nothing happens, and while 100 changes a second come. Bars: 1 s, 250 kB, 100 ms, no key lost. `make console` first.

const KEYS = [100, 1_000_000];
const JOBS = 100_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const ms = (value: number, floorMs: number): string =>
  value === 0 ? `below ${floorMs} ms` : `${Math.round(value)} ms`;

for (const count of KEYS) {
  const figures = Object.entries(await measureKeys(count)).map(
    ([name, value]) => `${name} ${value.toLocaleString('en')}`,
  );
  print(`${count.toLocaleString('en')} keys: ${figures.join('; ')}`);
}

const { rows, scrollTaskMs, quiet, busy } = await measureJobs(JOBS);
print(
  `${JOBS.toLocaleString('en')} jobs: rows scrolled through ${rows.toLocaleString('en')}; longest task ${ms(scrollTaskMs, 50)}`,
);
for (const [name, { keys, lost, taskMs, keyMs }] of Object.entries({ 'no change': quiet, changes: busy }))
  print(
    `typing beside the list, ${name}: keys ${keys}; lost ${lost}; longest task ${ms(taskMs, 50)}; slowest key until drawn ${ms(keyMs, 16)}`,
  );
print(
  `changes a second ${busy.changesPerSecond.toFixed(0)}; updates drawn a second ${busy.drawnPerSecond.toFixed(1)}; slowest key ${(busy.keyMs / Math.max(quiet.keyMs, 16)).toFixed(1)} times that without changes`,
);
