import { jwtVerify, SignJWT } from 'jose';
import type { Sealing } from '../../sealing/index.ts';

/** Of a token that this server signed and whose time is not over. */
export interface Claims {
  sessionId: string;
}

const ALGORITHM = 'HS256';

/** The token of a session: clients of the web application read `id` and `username` from it. Times in ms since 1970. */
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

/** No token of ours is longer; comparing a longer one would be work for nothing. */
const TOKEN_MAX_LENGTH = 2_048;

/** undefined for everything that is not a token of this server, or whose time is over. */
export async function readToken(
  { sessionKeys }: Sealing,
  token: string,
  nowMs: number,
): Promise<Claims | undefined> {
  if (token.length > TOKEN_MAX_LENGTH) return undefined;
  for (const key of sessionKeys) {
    try {
      const options = {
        algorithms: [ALGORITHM],
        currentDate: new Date(nowMs),
        requiredClaims: ['exp', 'jti'],
      };
      const { payload } = await jwtVerify(token, key, options);
      if (typeof payload.jti === 'string') return { sessionId: payload.jti };
    } catch {
      // Signed with an older key, or not by us at all.
    }
  }
  return undefined;
}
