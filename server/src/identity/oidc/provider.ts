import * as client from 'openid-client';
import type { Agent } from 'undici';
import type { OidcSettings } from '../../base/forms/oidc-settings.ts';
import type { Logger } from '../../base/logger.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { fitsAccessToken } from './access-token-hash.ts';
import { readClientSecret } from './client-secret.ts';
import { personOf, type Person } from './claims.ts';
import { failureOf } from './provider-failure.ts';
import { SignInFailure } from './sign-in-failure.ts';
import { fetchOver, UnreachableProvider } from './provider-fetch.ts';
import { CALLBACK_PATH, type Transaction } from './transaction.ts';

/** For each request to the provider. */
const TIMEOUT_MS = 10_000;
/** Then the addresses of the provider are read again. */
const KNOWN_MS = 3_600_000;
/** The clocks of the provider and of this machine may differ by so much. */
const CLOCK_TOLERANCE_SECONDS = 30;

export interface OidcProviderOptions {
  settings: OidcSettings;
  logger: Logger;
  /** @default 10 s */
  timeoutMs?: number;
}

/** The OpenID provider that people sign in with: code flow with PKCE. It keeps no token. */
export class OidcProvider {
  readonly settings: OidcSettings;
  readonly redirectUri: string;
  readonly #logger: Logger;
  readonly #timeoutMs: number;
  /** Private addresses too, as for upstreams: the operator names the issuer. */
  readonly #connections: Agent = openOutbound({ policy: { kind: 'upstream' }, pipelining: 1 });
  #secret: string | undefined;
  #known: { configuration: Promise<client.Configuration>; untilMs: number } | undefined;

  constructor({ settings, logger, timeoutMs = TIMEOUT_MS }: OidcProviderOptions) {
    this.settings = settings;
    this.redirectUri = `${settings.publicUrl}${CALLBACK_PATH}`;
    this.#logger = logger;
    this.#timeoutMs = timeoutMs;
  }

  /** Reads the secret of the client. @throws StartupError */
  async start(): Promise<void> {
    this.#secret = await readClientSecret(this.settings.clientSecret);
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    if (!this.#connections.destroyed) await this.#connections.destroy();
  }

  /** Begins a sign-in. @returns where the browser goes next. @throws SignInFailure */
  async begin(): Promise<{ url: URL; secrets: Pick<Transaction, 'state' | 'nonce' | 'verifier'> }> {
    const secrets = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const configuration = await this.#configured();
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      scope: this.settings.scopes,
      state: secrets.state,
      nonce: secrets.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(secrets.verifier),
      code_challenge_method: 'S256',
    });
    return { url, secrets };
  }

  /**
   * Exchanges the code of the callback, and checks all that the provider says: issuer, audience, signature, nonce, times.
   * @param answer the parameters of the callback. @throws SignInFailure
   */
  async finish(
    answer: URLSearchParams,
    { state, nonce, verifier }: Pick<Transaction, 'state' | 'nonce' | 'verifier'>,
  ): Promise<Person> {
    const configuration = await this.#configured();
    const url = new URL(`${this.redirectUri}?${answer.toString()}`);
    return this.#attempt('the sign-in', async () => {
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (
        claims === undefined ||
        !fitsAccessToken(claims.at_hash, tokens.id_token ?? '', tokens.access_token)
      )
        throw new SignInFailure('oidc_invalid');
      return personOf(claims, {
        groupsClaim: this.settings.groupsClaim,
        more: () => this.#userInfo(configuration, tokens.access_token, claims.sub),
      });
    });
  }

  /** Claims that are not in the ID token; nothing where the provider has no such endpoint. */
  async #userInfo(
    configuration: client.Configuration,
    accessToken: string,
    subject: string,
  ): Promise<Record<string, unknown>> {
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return {};
    return client.fetchUserInfo(configuration, accessToken, subject);
  }

  /** Requests at the same time share one discovery; a failed one is not kept. */
  #configured(): Promise<client.Configuration> {
    if (this.#known !== undefined && performance.now() < this.#known.untilMs)
      return this.#known.configuration;
    const configuration = this.#attempt('the discovery', () => this.#discover()).catch((error: unknown) => {
      this.#known = undefined;
      throw error instanceof SignInFailure ? new SignInFailure('oidc_unavailable') : error;
    });
    this.#known = { configuration, untilMs: performance.now() + KNOWN_MS };
    return configuration;
  }

  async #discover(): Promise<client.Configuration> {
    const { issuer, clientId } = this.settings;
    // Without it the signature of an ID token would not be checked: it comes over TLS.
    const execute = [client.enableNonRepudiationChecks];
    if (issuer.startsWith('http:')) execute.push(client.allowInsecureRequests);
    const metadata = { [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS };
    const found = await client.discovery(
      new URL(issuer),
      clientId,
      metadata,
      authenticationWith(this.#secret),
      {
        execute,
        timeout: this.#timeoutMs / 1_000,
        [client.customFetch]: fetchOver(this.#connections),
      },
    );
    const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;
    const missing = needed.find((name) => !URL.canParse(found.serverMetadata()[name] ?? ''));
    if (missing !== undefined) throw new UnreachableProvider(`its discovery document has no ${missing}`);
    return found;
  }

  /** Logs why something failed, without codes, tokens and texts of the provider. @throws SignInFailure */
  async #attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { failure, reason } = failureOf(error);
      const details = { issuer: this.settings.issuer, code: failure.code, reason };
      this.#logger.warn(details, `${what} with the OpenID provider failed`);
      throw failure;
    }
  }
}

/** `client_secret_basic` is the default of the specification. */
function authenticationWith(secret: string | undefined): client.ClientAuth {
  if (secret === undefined) return client.None();
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}
