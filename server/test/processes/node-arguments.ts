import { fileURLToPath } from 'node:url';

/** How `./keyward` runs Node: what tests start of the server's modules begins sooner so. */
export const NODE_ARGUMENTS = [
  '--disable-warning=ExperimentalWarning',
  `--import=${fileURLToPath(new URL('../../resolve.ts', import.meta.url))}`,
];
