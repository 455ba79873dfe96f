import { Type } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import {
  acceptInvite,
  beginSessionOf,
  findInvite,
  FreshSession,
  recoverAccount,
  resetPassword,
  type Invite,
} from '../../identity/index.ts';
import type { Route, Services } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import { deviceOf, OWN_PAGE, signedIn, SessionState, suspended } from './session-answer.ts';
import { noUsers, refusalOf, refuseUnlessPasswords } from './sign-in-refusal.ts';

/* For people without a session: recover an account, accept an invite. */

const Text = Type.String({ maxLength: 1_000 });

async function refuseWithoutUsers(services: Services): Promise<void> {
  if (!(await services.identity.isMultiUser())) throw noUsers();
  refuseUnlessPasswords(services);
}

const recover = route({
  method: 'POST',
  path: '/v1/session/recover',
  id: 'session.recover',
  summary: 'Set a new password with recovery codes',
  description: 'Takes two codes. All sessions of the user end, and this browser is signed in.',
  access: 'public',
  headers: OWN_PAGE,
  body: Type.Object(
    {
      username: Text,
      codes: Type.Array(Text, { minItems: 1, maxItems: 4, description: 'Two recovery codes' }),
      password: Text,
    },
    { title: 'RecoverRequest', ...s.closed },
  ),
  responses: { 200: SessionState },
  errors: ['csrf_refused', 'wrong_credentials', 'conflict', 'rate_limited'],
  handler: async (services, call) => {
    const { identity } = services;
    const { ip, body } = call;
    call.sessionCookie.refuseForeignPage();
    await refuseWithoutUsers(services);
    const codes = body.codes.map((code) => code.trim());
    const recovery = await recoverAccount(identity, { username: body.username, codes, ip });
    if (!recovery.ok) throw refusalOf(services, recovery, ip);
    const fresh = new FreshSession(identity, deviceOf(call));
    const { resetToken: token } = recovery;
    if (!(await resetPassword(identity, { token, password: body.password, ip, fresh })))
      throw refusalOf(services, { ok: false, why: 'credentials' }, ip);
    return signedIn(services, call, fresh.token);
  },
});

const noInvite = (): KeywardError =>
  new KeywardError('not_found', 'There is no such invite.', { hint: 'Ask an administrator for a new one.' });

/** Records an attempt to guess a code: the invite, if there is one, and never the code. */
function noteWrongCode(
  { refusals }: Services,
  { action, invite, ip }: { action: string; invite: Invite | undefined; ip: string },
): void {
  const target = invite === undefined ? 'invites' : `invite:${invite.id}`;
  refusals.note({ actor: 'anonymous', action, target, code: invite?.status ?? 'unknown', ip });
}

const params = Type.Object({ code: Type.String({ maxLength: 100, description: 'The code of the invite' }) });

const InviteState = Type.Object(
  {
    status: s.oneOf(['pending', 'claimed', 'disabled']),
    workspaces: Type.Optional(Type.Array(Type.String(), { description: 'Slugs. Only of a pending invite' })),
  },
  { title: 'InviteState' },
);

const invite = route({
  method: 'GET',
  path: '/v1/session/invites/:code',
  id: 'session.invite',
  summary: 'Whether an invite is good',
  access: 'public',
  params,
  responses: { 200: InviteState },
  errors: ['not_found'],
  handler: async (services, { params: { code }, ip }) => {
    const { identity, storage } = services;
    const found = await findInvite(identity, code);
    if (found?.status !== 'pending') noteWrongCode(services, { action: 'session.invite', invite: found, ip });
    if (found === undefined) throw noInvite();
    const { status, workspaceIds } = found;
    const workspaces =
      status === 'pending' ? await identity.memberships.named(storage.db, workspaceIds) : undefined;
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: { status, ...(workspaces && { workspaces }) },
    };
  },
});

const accept = route({
  method: 'POST',
  path: '/v1/session/invites/:code',
  id: 'session.accept_invite',
  summary: 'Become a user with an invite',
  description: 'Each invite works once. This browser is signed in.',
  access: 'public',
  headers: OWN_PAGE,
  params,
  body: Type.Object({ username: Text, password: Text }, { title: 'AcceptInviteRequest', ...s.closed }),
  responses: { 200: SessionState },
  errors: ['csrf_refused', 'wrong_credentials', 'not_found', 'conflict', 'rate_limited'],
  handler: async (services, call) => {
    const { identity } = services;
    const { ip, body } = call;
    const { code } = call.params;
    call.sessionCookie.refuseForeignPage();
    await refuseWithoutUsers(services);
    const runsFor = (subjects: readonly string[]): void => call.runsFor(subjects);
    const user = await acceptInvite(identity, { code, ...body, ip, runsFor });
    if (user === undefined) {
      const found = await findInvite(identity, code);
      noteWrongCode(services, { action: 'session.accept_invite', invite: found, ip });
      throw noInvite();
    }
    const device = deviceOf(call);
    const token = await beginSessionOf(identity, { userId: user.id, by: 'invite', device });
    if (token === undefined) throw suspended();
    return signedIn(services, call, token);
  },
});

export const wayInRoutes: Route[] = [recover, invite, accept];
