import { jwtVerify, SignJWT } from 'jose';
import type { Sealing } from '../../sealing/index.ts';

const ALGORITHM = 'HS256';

/** Clients of the web application read `id` and `username` from the token. Times in ms since 1970. */
export function signToken(
  { sessionKeys }: Sealing,
  session: {
    id: string;
    user: { id: number; username: string } | undefined;
    createdAt: number;
    expiresAt: number;
  },
): Promise<string> {
  const { id, user, createdAt, expiresAt } = session;
  return new SignJWT(user === undefined ? {} : { id: user.id, username: user.username })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setJti(id)
    .setIssuedAt(Math.floor(createdAt / 1000))
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(sessionKeys[0]!);
}

/** No valid token is longer. */
const TOKEN_MAX_LENGTH = 2_048;

/** @returns the id of the session; undefined for a token that is expired or not of this server. */
export async function readToken(
  { sessionKeys }: Sealing,
  token: string,
  nowMs: number,
): Promise<string | undefined> {
  if (token.length > TOKEN_MAX_LENGTH) return undefined;
  for (const key of sessionKeys) {
    try {
      const options = {
        algorithms: [ALGORITHM],
        currentDate: new Date(nowMs),
        requiredClaims: ['exp', 'jti'],
      };
      const { payload } = await jwtVerify(token, key, options);
      if (typeof payload.jti === 'string') return payload.jti;
    } catch {
      // Perhaps signed with an older key.
    }
  }
  return undefined;
}
