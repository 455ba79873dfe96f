import { Type } from 'typebox';
import { networkOf, SCOPES } from '../../access/index.ts';
import { authorOf } from '../../audit/index.ts';
import { reportLeak, SECRET_MAX_LENGTH, verify, VERIFY_CODES } from '../../keys/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';

const Verdict = Type.Object(
  {
    valid: Type.Boolean(),
    code: s.oneOf(VERIFY_CODES),
    key_id: s.nullable(Type.String()),
    owner: s.nullable(Type.Object({ id: Type.String(), name: Type.String() })),
    scopes: Type.Array(s.Grant),
    metadata: s.Metadata,
    limits: Type.Array(s.LimitState),
    budgets: Type.Array(s.BudgetState),
    explanation: Type.Optional(
      Type.Array(
        Type.Object({
          check: Type.String(),
          outcome: s.oneOf(['passed', 'failed', 'not_asked', 'not_reached']),
          input: s.nullable(Type.String()),
          detail: Type.String(),
        }),
      ),
    ),
  },
  { title: 'Verdict' },
);

const verifyKey = route({
  method: 'POST',
  path: '/v1/keys/verify',
  id: 'keys.verify',
  needsNoPermit: true,
  summary: 'Verify a key for a scope, a resource and an address',
  description: 'Answers 200 to every valid request. It counts as a use of the key unless consume is false.',
  access: 'keys:verify',
  body: Type.Object(
    {
      key: Type.String({ minLength: 1, maxLength: SECRET_MAX_LENGTH }),
      scope: Type.Optional(s.oneOf(SCOPES)),
      resource: Type.Optional(
        Type.Object(
          { type: s.oneOf(['workspace', 'model']), id: Type.String({ minLength: 1, maxLength: 200 }) },
          s.closed,
        ),
      ),
      ip: Type.Optional(
        Type.String({ maxLength: 50, description: 'The address from which its holder uses the key' }),
      ),
      cost: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1000,
          description: 'Number of requests that this counts for. Default: 1',
        }),
      ),
      explain: Type.Optional(Type.Boolean()),
      consume: Type.Optional(
        Type.Boolean({
          description:
            'Whether its holder uses the key now: it takes from limits and budgets, and is the last use. With false it leaves no trace. Default: true',
        }),
      ),
    },
    { title: 'VerifyRequest', ...s.closed },
  ),
  responses: { 200: Verdict },
  handler: ({ keys, refusals, metrics }, { body, caller, ip }) => {
    const verdict = verify(keys, body);
    const answer = (value: Awaited<typeof verdict>): { status: number; body: unknown } => {
      metrics.noteVerification(value.valid ? 'valid' : value.code);
      if (!value.valid) {
        const target = value.key_id ?? 'unknown';
        refusals.note({
          actor: authorOf(caller),
          action: 'keys.verify',
          target,
          code: value.code,
          ip: body.ip ?? ip,
        });
      }
      return { status: 200, body: value };
    };
    return verdict instanceof Promise ? verdict.then(answer) : answer(verdict);
  },
});

const REPORTS_PER_MINUTE = [{ name: 'reports', requests: 10, window_seconds: 60 }];
const THANKS = { detail: 'Thank you. If this is a key of this server, it is quarantined now.' };

const report = route({
  method: 'POST',
  path: '/v1/keys/report',
  id: 'keys.report',
  summary: 'Report a leaked key',
  description: 'Needs no key. The answer is always the same. A real key is quarantined.',
  access: 'public',
  body: Type.Object(
    {
      token: Type.String({ minLength: 1, maxLength: SECRET_MAX_LENGTH }),
      url: Type.Optional(Type.String({ maxLength: 2000 })),
    },
    { title: 'LeakReport', ...s.closed },
  ),
  responses: { 202: Type.Object({ detail: Type.String() }) },
  handler: async ({ keys }, { body, ip }) => {
    // An address over its limit gets the same answer without a look-up.
    if (
      keys.limits.admit([{ kind: 'key', id: `report ${networkOf(ip)}`, limits: REPORTS_PER_MINUTE }]).admitted
    ) {
      await reportLeak(keys, body.token, body.url === undefined ? 'no place given' : withoutKeys(body.url));
    }
    return { status: 202, body: THANKS };
  },
});

/** The place where a key was found may contain the key. */
const withoutKeys = (url: string): string =>
  url
    .split(/[?#]/, 1)[0]
    ?.replaceAll(/kw1[0-9A-Za-z]{20,}/g, '…')
    .slice(0, 300) ?? '';

export const verifyRoutes: Route[] = [verifyKey, report];
