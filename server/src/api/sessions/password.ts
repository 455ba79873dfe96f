import { Type } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import {
  changeOwnPassword,
  enableMultiUser,
  FreshSession,
  renewRecoveryCodes,
  setPassword,
} from '../../identity/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import { deviceOf, OWN_PAGE, signedIn, SessionState } from './session-answer.ts';
import { noUsers, unconfirmed } from './sign-in-refusal.ts';

/** The rules for passwords and names are those of identity, which says them. */
const Text = Type.String({ maxLength: 1_000 });
const Present = Type.String({ maxLength: 1_000, description: 'Your present password' });

/** Requests of a page for the person who is signed in. */
const own = { method: 'POST', access: 'session', headers: OWN_PAGE } as const;

const setup = route({
  ...own,
  path: '/v1/session/setup',
  id: 'session.setup',
  summary: 'Set the first password, or let users in',
  description:
    'With password alone: the one password of an instance that has none. With username too: the first administrator, and users from then on, permanently. All older sessions end.',
  body: Type.Object(
    { username: Type.Optional(Text), password: Text },
    { title: 'SetupRequest', ...s.closed },
  ),
  responses: { 200: SessionState },
  errors: ['conflict', 'scope_escalation'],
  handler: async (services, call) => {
    const { identity } = services;
    const { session, body } = call;
    const { username, password } = body;
    const fresh = new FreshSession(identity, deviceOf(call));
    const mode = await identity.mode();
    if (mode === 'multi-user') throw new KeywardError('conflict', 'Users are let in already.');
    if (username !== undefined) await enableMultiUser(identity, session.actor, { username, password, fresh });
    else if (mode === 'setup') await setPassword(identity, session.actor, { password, fresh });
    else
      throw new KeywardError('conflict', 'The password is set already.', {
        hint: 'Change it with POST /v1/session/password.',
      });
    return signedIn(services, call, fresh.token);
  },
});

const change = route({
  ...own,
  path: '/v1/session/password',
  id: 'session.change_password',
  summary: 'Change your password',
  description:
    'Without users: the one password; an admin key counts as the present one. All other sessions end, and this browser gets a new one.',
  body: Type.Object({ current: Present, password: Text }, { title: 'OwnPasswordChange', ...s.closed }),
  responses: { 200: SessionState },
  errors: ['conflict', 'scope_escalation', 'rate_limited'],
  handler: async (services, call) => {
    const { identity } = services;
    const { session, body, ip } = call;
    const fresh = new FreshSession(identity, deviceOf(call));
    const changed = await changeOwnPassword(identity, session, { ...body, ip, fresh });
    if (!changed.ok) throw unconfirmed(services, changed, ip);
    return signedIn(services, call, fresh.token);
  },
});

const codes = route({
  ...own,
  path: '/v1/session/recovery-codes',
  id: 'session.recovery_codes',
  summary: 'Get new recovery codes',
  description: 'Two of them replace a lost password. They are shown once; the former ones end.',
  body: Type.Object({ current: Present }, { title: 'RecoveryCodesRequest', ...s.closed }),
  responses: {
    200: Type.Object(
      { codes: Type.Array(Type.String(), { description: 'Four codes' }) },
      { title: 'RecoveryCodes' },
    ),
  },
  errors: ['conflict', 'rate_limited'],
  handler: async (services, { session, body: { current }, ip }) => {
    if (session.kind !== 'user') throw noUsers();
    const renewed = await renewRecoveryCodes(services.identity, session, { current, ip });
    if (!renewed.ok) throw unconfirmed(services, renewed, ip);
    return { status: 200, headers: { 'cache-control': 'no-store' }, body: { codes: renewed.codes } };
  },
});

export const passwordRoutes: Route[] = [setup, change, codes];
