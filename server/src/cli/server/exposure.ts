import type { Config } from '../../config.ts';

/** Whether only this machine can connect. */
export const isLocalHost = (host: string): boolean => /^(127\.|::1$|localhost$)/.test(host);

/** @returns undefined where only this machine can connect, or with TLS */
export function unencryptedWarning({ host, tls }: Pick<Config, 'host' | 'tls'>): string | undefined {
  if (isLocalHost(host) || tls !== undefined) return undefined;
  return (
    'keys and prompts travel UNENCRYPTED: KEYWARD_HOST is not loopback and there is no TLS. ' +
    'Set KEYWARD_TLS_CERT_FILE and KEYWARD_TLS_KEY_FILE, or put a proxy that speaks TLS in front.'
  );
}
