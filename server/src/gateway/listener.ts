import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { StartupError } from '../base/errors.ts';
import type { Config } from '../config.ts';
import { HeldResponse } from './held-response.ts';

/** How the server listens: with TLS where it is set up. @throws StartupError naming the variable of a file. */
export function listenerOptions(config: Config): {
  https?: { cert: Buffer; key: Buffer } & typeof OWN;
  http?: typeof OWN;
} {
  const { https } = tlsOptions(config);
  return https === undefined ? { http: OWN } : { https: { ...https, ...OWN } };
}

const OWN = {
  // Node would answer by itself, without the headers that every answer has: message-form.ts looks.
  requireHostHeader: false,
  ServerResponse: HeldResponse,
} as const;

function tlsOptions({ tls }: Config): { https?: { cert: Buffer; key: Buffer } } {
  if (tls === undefined) return {};
  const https = {
    cert: read('KEYWARD_TLS_CERT_FILE', tls.certFile),
    key: read('KEYWARD_TLS_KEY_FILE', tls.keyFile),
  };
  try {
    createSecureContext(https);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new StartupError(
      `KEYWARD_TLS_CERT_FILE and KEYWARD_TLS_KEY_FILE cannot be used (${why}): both must be PEM and belong together.`,
      { cause },
    );
  }
  return { https };
}

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new StartupError(`${variable}: ${file} cannot be read (${why}).`, { cause });
  }
}
