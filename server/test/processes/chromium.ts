import { execFileSync } from 'node:child_process';

/** Without a window, and without a request of the browser's own. */
export const CHROMIUM_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The program of the system's package. */
export const chromiumPath = (): string => execFileSync('which', ['chromium']).toString().trim();
