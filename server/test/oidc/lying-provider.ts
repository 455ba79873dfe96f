import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { CLIENT_ID } from './client.ts';

const KEY_ID = 'a';

/** How the provider answers, beside the truth. */
export interface Lies {
  /** Members of the ID token instead of the right ones. */
  claims?: Record<string, unknown>;
  /** Signs with a key that the provider does not publish, with none, or with the secret of the client. */
  signature?: 'another key' | 'none' | 'client secret';
  /** Members of the discovery document instead of the right ones. */
  metadata?: Record<string, unknown>;
  /** The answer of the token endpoint. */
  tokenAnswer?: { status: number; body: string };
  /** The answer of the userinfo endpoint. */
  userInfo?: Record<string, unknown>;
  /** Requests are never answered. */
  hangs?: true;
}

/** A stand-in for an OpenID provider, with keys of its own, for answers that no real one gives. */
export interface LyingProvider {
  readonly issuer: string;
  /** Those of the next sign-ins. */
  lies: Lies;
  /** The nonce that the next ID token gets. */
  nonce: string;
  /** How often its discovery document was read. */
  discoveries: number;
  /** Forms that its token endpoint got. */
  readonly exchanges: { form: URLSearchParams; authorization: string | undefined }[];
  close(): Promise<void>;
}

/** @param clientSecret that Keyward has, for a signature with it. */
export async function startLyingProvider(clientSecret: string, port = 0): Promise<LyingProvider> {
  const [own, other] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const jwk = { ...(await exportJWK(own.publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: LyingProvider = {
    issuer,
    lies: {},
    nonce: '',
    discoveries: 0,
    exchanges: [],
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };

  const idToken = async (): Promise<string> => {
    const { claims = {}, signature } = provider.lies;
    const now = Math.floor(Date.now() / 1_000);
    const right = {
      iss: issuer,
      aud: CLIENT_ID,
      sub: 'ada',
      iat: now,
      exp: now + 300,
      nonce: provider.nonce,
    };
    const whole = { ...right, email: 'ada@example.com', email_verified: true, groups: ['staff'], ...claims };
    if (signature === 'none') return new UnsecuredJWT(whole).encode();
    const key: CryptoKey | Uint8Array =
      signature === 'client secret'
        ? new TextEncoder().encode(clientSecret)
        : signature === 'another key'
          ? other.privateKey
          : own.privateKey;
    const alg = signature === 'client secret' ? 'HS256' : 'RS256';
    return new SignJWT(whole).setProtectedHeader({ alg, kid: KEY_ID }).sign(key);
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { metadata, tokenAnswer, userInfo = { sub: 'ada' }, hangs } = provider.lies;
    const json = (body: object, status = 200): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (hangs === true) return;
    switch (request.url) {
      case '/.well-known/openid-configuration':
        provider.discoveries++;
        return json({
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/me`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'],
          ...metadata,
        });
      case '/jwks':
        return json({ keys: [jwk] });
      case '/me':
        return json(userInfo);
      case '/token': {
        const form = new URLSearchParams(await text(request));
        provider.exchanges.push({ form, authorization: request.headers.authorization });
        if (tokenAnswer !== undefined) {
          const type = { 'content-type': 'application/json' };
          return void response.writeHead(tokenAnswer.status, type).end(tokenAnswer.body);
        }
        return json({ access_token: 'an-access-token', token_type: 'Bearer', id_token: await idToken() });
      }
      default:
        return json({}, 404);
    }
  }
  return provider;
}
