/** The reason of a failure, and the next step of the user. Both are safe to show. */
export interface Failure {
  readonly reason: string;
  readonly hint: string;
}

const SIGNS: readonly { readonly sign: RegExp; readonly reason: string; readonly hint: string }[] = [
  {
    sign: /DO NOT MATCH THE HASHES/i,
    reason: 'the package offered under this name and version is not the expected one (SHA-256 differs)',
    hint: 'Look at which index pip uses (pip config list); a mirror may have altered the file',
  },
  {
    sign: /No space left on device|Disk quota exceeded/i,
    reason: 'the disk is full',
    hint: 'Make room: about 250 MB are needed while fetching',
  },
  {
    sign: /Permission denied|Read-only file system/i,
    reason: 'the models directory cannot be written',
    hint: 'Make it writable, or set KEYWARD_MODELS_DIR to a folder that is',
  },
  {
    sign: /CERTIFICATE_VERIFY_FAILED|SSLError/i,
    reason: "pip does not trust the package index's certificate",
    hint: 'Give pip the right certificate (pip config set global.cert FILE)',
  },
  {
    sign: /Connection refused|NewConnectionError|Failed to establish|name resolution|Name or service not known|timed out|ProxyError|Network is unreachable|ConnectionResetError|getaddrinfo/i,
    reason: 'pip cannot reach its package index',
    hint: 'Check the network, or pip config list',
  },
  {
    sign: /No matching distribution found|Could not find a version/i,
    // With PIP_RETRIES=0 pip says the same where it could not connect.
    reason: "pip's package index does not offer the package, or cannot be reached",
    hint: 'Check the network, and which index pip uses (pip config list)',
  },
];

/** Shows pip's own words only for an unknown failure, and without addresses: an index address may hold a password. */
export function explainPipFailure(output: string): Failure {
  const known = SIGNS.find(({ sign }) => sign.test(output));
  if (known) return { reason: known.reason, hint: known.hint };
  const line = output.split('\n').findLast((text) => /^error/i.test(text)) ?? 'no message';
  const clean = line
    .replaceAll(/\S*:\/\/\S*/g, '(address)')
    .trim()
    .slice(0, 200);
  return { reason: `pip download failed: ${clean}`, hint: 'Try pip download by hand to see more' };
}

/** A file system error as a failure; any other error keeps its message. */
export function explainFileFailure(error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const sign = { ENOSPC: 'No space left on device', EDQUOT: 'Disk quota exceeded' }[code];
  if (sign) return explainPipFailure(sign);
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) {
    return explainPipFailure('Permission denied');
  }
  const message = error instanceof Error ? error.message : String(error);
  return { reason: message.slice(0, 200), hint: 'Look at the models directory' };
}
