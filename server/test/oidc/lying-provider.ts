import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { CLIENT_ID } from './client.ts';

const KEY_ID = 'a';

/** How the provider answers, beside the truth. */
export interface Lies {
  /** Members of the ID token instead of the right ones. */
  claims?: Record<string, unknown>;
  /**
   * Signs with a key that the provider does not publish, with none, with the secret of the client, or with the public key as
   * if it were a secret.
   */
  signature?: 'another key' | 'none' | 'client secret' | 'public key';
  /** The claim `at_hash` fits the access token. */
  hashesAccessToken?: true;
  /** Members of the discovery document instead of the right ones. */
  metadata?: Record<string, unknown>;
  /** The answer of the token endpoint. */
  tokenAnswer?: { status: number; body: string };
  /** The answer of the userinfo endpoint. */
  userInfo?: Record<string, unknown>;
  /** Instead of the published keys. */
  keySet?: object;
  /** Requests are never answered, or only with the beginning of an answer. */
  hangs?: 'at once' | 'in the body';
}

/** A stand-in for an OpenID provider, with keys of its own, for answers that no real one gives. */
export class LyingProvider {
  readonly issuer: string;
  /** Those of the next sign-ins. */
  lies: Lies = {};
  /** The nonce that the next ID token gets. */
  nonce = '';
  /** How often its discovery document was read. */
  discoveries = 0;
  /** Forms that its token endpoint got. */
  readonly exchanges: { form: URLSearchParams; authorization: string | undefined }[] = [];
  /** All tokens that it has given. */
  readonly issued: string[] = [];
  readonly #server: Server;
  readonly #keys: Keys;

  constructor(server: Server, keys: Keys) {
    this.#server = server;
    this.#keys = keys;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { tokenAnswer, userInfo = { sub: 'ada' }, hangs, keySet } = this.lies;
    if (hangs === 'at once') return;
    if (hangs === 'in the body')
      return void response.writeHead(200, { 'content-type': 'application/json' }).write('{"issuer":');
    const json = (body: object): void =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    switch (request.url ?? '') {
      case '/.well-known/openid-configuration':
        this.discoveries++;
        return json(this.#metadata());
      case '/jwks':
        return json(keySet ?? { keys: [this.#keys.published] });
      case '/me':
        return json(userInfo);
      case '/token': {
        const form = new URLSearchParams(await text(request));
        this.exchanges.push({ form, authorization: request.headers.authorization });
        if (tokenAnswer === undefined) {
          const access_token = randomBytes(24).toString('base64url');
          const id_token = await this.#idToken(access_token);
          this.issued.push(access_token, id_token);
          return json({ access_token, token_type: 'Bearer', id_token });
        }
        response.writeHead(tokenAnswer.status, { 'content-type': 'application/json' });
        return void response.end(tokenAnswer.body);
      }
      default:
        return void response.writeHead(404).end();
    }
  }

  #metadata(): object {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/me`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      // Nobody should take these, even if the provider offers them.
      id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'],
      ...this.lies.metadata,
    };
  }

  async #idToken(accessToken: string): Promise<string> {
    const { claims = {}, signature, hashesAccessToken } = this.lies;
    const now = Math.floor(Date.now() / 1_000);
    const all = {
      iss: this.issuer,
      aud: CLIENT_ID,
      sub: 'ada',
      iat: now,
      exp: now + 300,
      nonce: this.nonce,
      email: 'ada@example.com',
      email_verified: true,
      groups: ['staff'],
      ...(hashesAccessToken && { at_hash: leftHalfOfHash(accessToken) }),
      ...claims,
    };
    if (signature === 'none') return new UnsecuredJWT(all).encode();
    const { own, other, secret, publicText } = this.#keys;
    const token = new SignJWT(all);
    if (signature === 'public key')
      return token.setProtectedHeader({ alg: 'HS256', kid: KEY_ID }).sign(publicText);
    if (signature === 'client secret')
      return token.setProtectedHeader({ alg: 'HS256', kid: KEY_ID }).sign(secret);
    const key = signature === 'another key' ? other : own;
    return token.setProtectedHeader({ alg: 'RS256', kid: KEY_ID }).sign(key);
  }
}

interface Keys {
  own: CryptoKey;
  other: CryptoKey;
  secret: Uint8Array;
  /** The public one of `own`; and its text. */
  published: object;
  publicText: Uint8Array;
}

const leftHalfOfHash = (text: string): string =>
  hash('sha256', text, 'buffer').subarray(0, 16).toString('base64url');

/** @param clientSecret that Keyward has, for a signature with it. */
export async function startLyingProvider(clientSecret: string, port = 0): Promise<LyingProvider> {
  const [own, other] = await Promise.all([
    generateKeyPair('RS256', { extractable: true }),
    generateKeyPair('RS256'),
  ]);
  const published = { ...(await exportJWK(own.publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const secret = new TextEncoder().encode(clientSecret);
  const publicText = new TextEncoder().encode(await exportSPKI(own.publicKey));
  const keys = { own: own.privateKey, other: other.privateKey, secret, published, publicText };
  return new LyingProvider(server, keys);
}
