import { CLIENT_ID } from '../server/test/oidc/client.ts';
import type { LyingProvider } from '../server/test/oidc/lying-provider.ts';
import { randomSecret, type Canaries } from './canaries.ts';
import type { SecretsLife } from './secrets-life.ts';

/** The settings of a server that people sign in to with this provider. */
export const oidcEnvironment = (issuer: string, clientSecret: string): Record<string, string> => ({
  KEYWARD_PUBLIC_URL: 'https://keyward.example.com',
  KEYWARD_OIDC_ISSUER: issuer,
  KEYWARD_OIDC_CLIENT_ID: CLIENT_ID,
  KEYWARD_OIDC_CLIENT_SECRET: clientSecret,
  KEYWARD_OIDC_ROLES: 'staff=default',
});

interface SigningIn {
  /** Of Keyward. */
  url: string;
  provider: LyingProvider;
}

/** Sign-ins with a provider that succeed and fail: codes, tokens, what the browser keeps, sessions. */
export async function signInsWithProvider(
  life: SecretsLife,
  canaries: Canaries,
  { url, provider }: SigningIn,
): Promise<void> {
  const refusal = { status: 400, body: '{"error":"invalid_grant"}' };
  for (const lies of [{}, { tokenAnswer: refusal }, { signature: 'another key' as const }]) {
    provider.lies = lies;
    const begun = await fetch(`${url}/v1/session/oidc/start`, { redirect: 'manual' });
    const [kept = ''] = (begun.headers.get('set-cookie') ?? '').split(';');
    canaries.add('sign-in that a browser keeps', kept.split('=')[1] ?? '');
    const asked = new URL(begun.headers.get('location') ?? '').searchParams;
    provider.nonce = asked.get('nonce') ?? '';
    const code = canaries.add('code of a provider', randomSecret('code'));
    const query = new URLSearchParams({ state: asked.get('state') ?? '', code }).toString();
    const ended = await fetch(`${url}/v1/session/oidc/callback?${query}`, {
      redirect: 'manual',
      headers: { cookie: kept },
    });
    const [cookie = ''] = ended.headers.getSetCookie();
    const token = /^keyward_\w+=([^;]+)/.exec(cookie)?.[1];
    if ((token === undefined) !== Object.keys(lies).length > 0)
      throw new Error(`the answer was ${ended.status}`);
    if (token !== undefined) canaries.add('session of a sign-in with a provider', token);
    life.traces.push({ where: 'answer to a provider', bytes: Buffer.from(await ended.text()) });
  }
  for (const issued of provider.issued) canaries.add('token of a provider', issued);
}
