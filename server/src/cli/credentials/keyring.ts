import { spawn } from 'node:child_process';

/** Enough for a person to unlock the keyring. */
const TIMEOUT_MS = 60_000;
const ANSWER_MAX_BYTES = 64 * 1024;

/**
 * The keyring of the desktop, through `secret-tool` of libsecret. A secret goes through stdin: other users of the
 * machine can list arguments. `security` of macOS is not used, as it reads secrets from arguments only.
 */
const attributes = (environment: string, url: string): string[] => [
  'service',
  'keyward',
  'environment',
  environment,
  'url',
  url,
];

/** @returns whether the key can be read back. */
export async function storeInKeyring(environment: string, url: string, key: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const label = `--label=Keyward client@${environment}`;
  const stored = await secretTool(['store', label, ...attributes(environment, url)], key);
  return stored !== undefined && (await readFromKeyring(environment, url)) === key;
}

export async function readFromKeyring(environment: string, url: string): Promise<string | undefined> {
  return (await secretTool(['lookup', ...attributes(environment, url)]))?.trim();
}

export async function clearFromKeyring(environment: string, url: string): Promise<boolean> {
  return (await secretTool(['clear', ...attributes(environment, url)])) !== undefined;
}

/** @returns stdout; undefined if the program is missing, fails or hangs. */
function secretTool(args: string[], input = ''): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('secret-tool', args, { stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT_MS });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.length < ANSWER_MAX_BYTES) output += chunk.toString('utf8');
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 ? output : undefined));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
