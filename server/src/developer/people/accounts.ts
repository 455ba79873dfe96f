import { Type } from 'typebox';
import { acceptInvite, findInvite, recoverAccount, resetPassword } from '../../identity/index.ts';
import type { Invite } from '../../identity/index.ts';
import { failed, json, outcomeOf, SUCCESS } from '../answers.ts';
import { noteRefusal, tooMany } from './logins.ts';
import { asSent, text, texts } from '../fields.ts';
import * as d from '../schemas.ts';
import { nullable, type Answer } from '../../http/index.ts';
import type { Route, PeopleServices } from '../services.ts';
import { peopleRoute } from '../surface.ts';

/* For people without a session: accept an invite, recover an account. */

const params = Type.Object({ code: Type.String() });
const newUser = Type.Object(asSent({ username: Type.String(), password: Type.String() }), {
  title: 'InvitedUser',
});

const Failed = Type.Object({ success: Type.Boolean(), message: Type.String() });
const refused = (message: string) => json({ success: false, message }, 400);

export const accountsRoutes: Route[] = [
  peopleRoute({
    method: 'GET',
    path: '/api/invite/:code',
    id: 'accounts.invite',
    summary: 'Whether an invite is good',
    access: 'public',
    params,
    responses: {
      200: Type.Object({
        invite: nullable(Type.Object({ code: Type.String(), status: Type.String() })),
        error: nullable(Type.String()),
      }),
    },
    handler: async (services, { params: { code }, ip }) => {
      const invite = await findInvite(services.identity, code);
      if (invite?.status !== 'pending') noteWrongCode(services, { action: 'accounts.invite', invite, ip });
      if (invite === undefined) return json({ invite: null, error: 'Invite not found.' });
      if (invite.status !== 'pending') return json({ invite: null, error: 'Invite is no longer valid.' });
      return json({ invite: { code: invite.code, status: invite.status }, error: null });
    },
  }),
  peopleRoute({
    method: 'POST',
    path: '/api/invite/:code',
    id: 'accounts.accept_invite',
    summary: 'Become a user',
    description: 'Each invite once.',
    access: 'public',
    params,
    body: newUser,
    responses: { 200: d.Outcome },
    handler: async (services, call) => {
      const { ip, params } = call;
      const { code } = params;
      const { username, password } = call.body;
      const runsFor = (subjects: readonly string[]): void => call.runsFor(subjects);
      const accepted = await outcomeOf(
        acceptInvite(services.identity, { code, username, password, ip, runsFor }),
      );
      if ('error' in accepted) return failed(accepted.error);
      if (accepted.value !== undefined) return SUCCESS;
      const invite = await findInvite(services.identity, code);
      noteWrongCode(services, { action: 'accounts.accept_invite', invite, ip });
      return failed('Invite not found or is invalid.');
    },
  }),
  peopleRoute({
    method: 'POST',
    path: '/api/system/recover-account',
    id: 'accounts.recover',
    summary: 'Get at an account without its password',
    description:
      'With two of the codes that the first login showed. The token sets a new password within ten minutes.',
    access: 'public',
    body: Type.Object({ username: text(), recoveryCodes: texts() }, { title: 'RecoveryRequest' }),
    responses: {
      200: Type.Object({ success: Type.Boolean(), resetToken: Type.String() }),
      400: Failed,
      429: Failed,
    },
    handler: (services, { body, ip }) =>
      withUsers(services, async () => {
        const { username = '', recoveryCodes = [] } = body;
        const codes = recoveryCodes.map((code) => code.trim());
        const recovery = await recoverAccount(services.identity, { username, codes, ip });
        if (recovery.ok) return json({ success: true, resetToken: recovery.resetToken });
        noteRefusal(services, recovery, ip);
        if (recovery.why === 'throttled')
          return tooMany(recovery, (message) => ({ success: false, message }));
        return refused('Invalid recovery codes.');
      }),
  }),
  peopleRoute({
    method: 'POST',
    path: '/api/system/reset-password',
    id: 'accounts.reset_password',
    summary: 'Set a new password with a token',
    description: 'All sessions of the user end; the next login shows new recovery codes.',
    access: 'public',
    body: Type.Object(
      { token: text(), newPassword: text(), confirmPassword: text() },
      { title: 'ResetRequest' },
    ),
    responses: { 200: Type.Object({ success: Type.Boolean(), message: Type.String() }), 400: Failed },
    handler: (services, { body, ip }) =>
      withUsers(services, async () => {
        const { token = '', newPassword: password = '', confirmPassword = '' } = body;
        if (password !== confirmPassword) return refused('Passwords do not match');
        const done = await outcomeOf(resetPassword(services.identity, { token, password, ip }));
        if ('error' in done) return refused(done.error);
        if (done.value) return json({ success: true, message: 'Password reset successful' });
        const refusal = { action: 'accounts.reset_password', target: 'nobody', code: 'credentials', ip };
        services.refusals.note({ actor: 'anonymous', ...refusal });
        return refused('Invalid reset token');
      }),
  }),
];

/** Records an attempt to guess a code: the invite, if there is one, and never the code. */
function noteWrongCode(
  { refusals }: PeopleServices,
  { action, invite, ip }: { action: string; invite: Invite | undefined; ip: string },
): void {
  const target = invite === undefined ? 'invites' : `invite:${invite.id}`;
  refusals.note({ actor: 'anonymous', action, target, code: invite?.status ?? 'unknown', ip });
}

async function withUsers({ identity }: PeopleServices, answer: () => Promise<Answer>): Promise<Answer> {
  return (await identity.isMultiUser()) ? answer() : json({ error: 'Invalid request' }, 403);
}
