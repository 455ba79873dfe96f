import { Type } from 'typebox';
import {
  changeOwnAccount,
  enableMultiUser,
  signOut,
  loginAdmin,
  loginUser,
  loginWithToken,
  setPassword,
} from '../../identity/index.ts';
import { failed, json, okText, outcomeOf, phrase, SUCCESS } from '../answers.ts';
import { asSent, field, readFlag, text } from '../fields.ts';
import {
  failedLogin,
  loggedIn,
  LoginAnswer,
  noteRefusal,
  notLoggedIn,
  refusedAdmin,
  ssoRefusal,
  tooMany,
} from './logins.ts';
import * as d from '../schemas.ts';
import { User, viewUser } from './user-views.ts';
import type { Route } from '../services.ts';
import { peopleRoute } from '../surface.ts';
import { lastAdminFlag, nullable } from '../../http/index.ts';

export const sessionsRoutes: Route[] = [
  peopleRoute({
    method: 'POST',
    path: '/api/request-token',
    id: 'sessions.login',
    summary: 'Log in',
    description:
      'With users: name and password. Without: the password, or the text of an admin key in its place, which is how a fresh instance is entered for the first time. A login that fails says so with status 200 where there are users.',
    access: 'public',
    body: Type.Object({ username: Type.Optional(text()), password: text() }, { title: 'LoginRequest' }),
    responses: { 200: LoginAnswer, 401: LoginAnswer, 403: LoginAnswer, 429: LoginAnswer },
    handler: async (services, { body, ip }) => {
      const { identity, config } = services;
      const { username = '', password = '' } = body;
      if (!(await identity.isMultiUser())) {
        const login = await loginAdmin(identity, { password, ip });
        if (login.ok) return json({ valid: true, token: login.token, message: null });
        return refusedAdmin(services, login, ip);
      }
      if (config.simpleSso === 'only')
        return json(notLoggedIn('[005] Login via credentials has been disabled by the administrator.'), 403);
      const login = await loginUser(identity, { username, password, ip });
      return login.ok ? loggedIn(login) : failedLogin(services, login, ip);
    },
  }),
  peopleRoute({
    method: 'GET',
    path: '/api/request-token/sso/simple',
    id: 'sessions.login_with_token',
    summary: 'Log in with a token',
    description: 'One that GET /v1/users/{id}/issue-auth-token gave; each once.',
    access: 'public',
    hasEffect: true,
    query: Type.Object({ token: Type.Optional(text()) }),
    responses: { 200: LoginAnswer, 401: LoginAnswer, 403: 'stream' },
    handler: async (services, call) => {
      const { ip, query } = call;
      const refusal = await ssoRefusal(services);
      if (refusal !== undefined) return refusal;
      const login = await loginWithToken(services.identity, {
        token: query.token ?? '',
        ip,
        runsFor: (subjects) => call.runsFor(subjects),
      });
      // A cache must not store the session.
      if (login.ok) return { ...loggedIn(login), headers: { 'cache-control': 'no-store' } };
      failedLogin(services, login, ip);
      const message = '[001] An error occurred while validating the token: Invalid token.';
      return json({ valid: false, token: null, message }, 401);
    },
  }),
  peopleRoute({
    method: 'GET',
    path: '/api/system/check-token',
    id: 'sessions.check',
    summary: 'Whether the session is good',
    access: 'session',
    answerTypes: ['text/plain'],
    responses: { 200: 'stream' },
    handler: () => okText(),
  }),
  peopleRoute({
    method: 'GET',
    path: '/api/system/refresh-user',
    id: 'sessions.user',
    summary: 'The user who is logged in',
    access: 'session',
    responses: {
      200: Type.Object({ success: Type.Boolean(), user: nullable(User), message: nullable(Type.String()) }),
    },
    handler: (_services, { session }) => {
      const user = session.kind === 'user' ? viewUser(session.user) : null;
      return json({ success: true, user, message: null });
    },
  }),
  peopleRoute({
    method: 'POST',
    path: '/api/system/user',
    id: 'sessions.change_user',
    summary: 'Change your own name, password or bio',
    description: 'A new password takes the present one; all your sessions end with it.',
    access: 'session',
    mode: 'multi',
    body: Type.Object(
      {
        username: Type.Optional(text()),
        password: Type.Optional(text({ description: 'The new one' })),
        currentPassword: Type.Optional(text()),
        ...asSent({ bio: Type.Optional(Type.String()) }),
      },
      { title: 'OwnAccount' },
    ),
    responses: { 200: d.Outcome, 400: d.Outcome, 401: 'stream', 429: d.Outcome },
    handler: async (services, { session, body, ip }) => {
      if (session.kind !== 'user') return phrase(401);
      const { username, password, currentPassword = '', bio } = body;
      if ((username ?? password ?? bio) === undefined) return failed('No updates provided', 400);
      const change = { input: { username, password, bio }, currentPassword, ip };
      const changed = await outcomeOf(changeOwnAccount(services.identity, session, change));
      if ('error' in changed) return failed(changed.error);
      if (changed.value.ok) return SUCCESS;
      noteRefusal(services, changed.value, ip);
      if (changed.value.why === 'throttled')
        return tooMany(changed.value, (error) => ({ success: false, error }));
      return failed('The present password (currentPassword) is wrong.');
    },
  }),
  peopleRoute({
    method: 'GET',
    path: '/api/system/multi-user-mode',
    id: 'sessions.mode',
    summary: 'Whether a login takes a username',
    access: 'public',
    responses: { 200: Type.Object({ multiUserMode: Type.Boolean() }) },
    handler: async ({ identity }) => json({ multiUserMode: await identity.isMultiUser() }),
  }),
  peopleRoute({
    method: 'POST',
    path: '/api/system/logout',
    id: 'sessions.logout',
    summary: 'End the session',
    access: 'session',
    answerTypes: ['text/plain'],
    responses: { 200: 'stream' },
    handler: async ({ identity }, { session }) => {
      await signOut(identity, session);
      return okText();
    },
  }),
  peopleRoute({
    method: 'POST',
    path: '/api/system/enable-multi-user',
    id: 'sessions.enable_multi_user',
    summary: 'Let users in, the first one an admin',
    description: 'Once, and there is no way back. All sessions end.',
    access: 'session',
    body: Type.Object(asSent({ username: Type.String(), password: Type.String() }), { title: 'FirstUser' }),
    responses: { 200: d.Outcome, 400: d.Outcome },
    handler: async ({ identity }, { session, body }) => {
      const already = failed('Multi-user mode is already enabled.');
      if (session.kind === 'user') return already;
      const enabled = await outcomeOf(enableMultiUser(identity, session.actor, body));
      if (!('error' in enabled)) return SUCCESS;
      // Another request was first.
      if (await identity.isMultiUser()) return already;
      return failed(enabled.error, 400);
    },
  }),
  peopleRoute({
    method: 'POST',
    path: '/api/system/update-password',
    id: 'sessions.set_password',
    summary: 'Set the one password',
    description:
      'Without users. With usePassword false it is taken away, and only an admin key gets in. All sessions end.',
    access: 'session',
    mode: 'single',
    body: Type.Object(
      {
        // The password is removed only where the request says so.
        usePassword: field(Type.Boolean(), (value) => value !== false && value !== 'false'),
        newPassword: Type.Optional(text()),
        last_admin: Type.Optional(field(lastAdminFlag, readFlag)),
      },
      { title: 'PasswordChange' },
    ),
    responses: { 200: d.Outcome, 401: 'stream' },
    errors: ['last_admin'],
    handler: async ({ identity }, { session, body }) => {
      const { usePassword, newPassword = '', last_admin: isLastMeant } = body;
      const change = { password: usePassword ? newPassword : null, isLastMeant };
      const changed = await outcomeOf(setPassword(identity, session.actor, change));
      return 'error' in changed ? failed(changed.error) : SUCCESS;
    },
  }),
];
