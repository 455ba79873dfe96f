import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_ARGUMENTS } from '../processes/node-arguments.ts';
import { PUBLIC_URL, type ProviderPerson } from './client.ts';

const SCRIPT = fileURLToPath(new URL('oidc-provider-process.ts', import.meta.url));

/** A real OpenID provider (the package `oidc-provider`) on a loopback port. */
export interface TestOidcProvider {
  readonly issuer: string;
  /** The person who signs in next, in browsers without a session at the provider. */
  person(person: ProviderPerson): Promise<void>;
  /** Ends it at once. Idempotent. */
  stop(): Promise<void>;
}

/** @param publicUrl of Keyward. */
export async function startOidcProvider(publicUrl: string = PUBLIC_URL): Promise<TestOidcProvider> {
  const redirectUri = `${publicUrl}/v1/session/oidc/callback`;
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, SCRIPT, redirectUri], {
    // It ends with its stdin, however this process ends.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'test' },
  });
  const issuer = await issuerOf(child);
  return {
    issuer,
    person: async (person) => {
      await fetch(`${issuer}/person`, { method: 'POST', body: JSON.stringify(person) });
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function issuerOf(child: ChildProcess): Promise<string> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    createInterface(child.stdout!).once('line', resolve);
    child.once('close', () => reject(new Error(`the provider has ended: ${errors}`)));
  });
}
