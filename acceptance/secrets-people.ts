import { randomBytes, randomUUID } from 'node:crypto';
import type { Canaries } from './canaries.ts';
import type { SecretsLife } from './secrets-life.ts';

interface Login {
  token: string | null;
  recoveryCodes?: string[];
}
interface Made {
  apiKey: { secret: string };
}

const randomPassword = (): string => randomBytes(18).toString('hex');

/** Logins that succeed and fail: passwords, sessions, invites, recovery codes, login tokens, keys. */
export async function people(life: SecretsLife, canaries: Canaries, adminKey: string): Promise<void> {
  const password = (whose: string): string => canaries.add(`password ${whose}`, randomPassword());
  const logIn = async (name: string, body: object): Promise<{ session: string; codes: string[] }> => {
    const { token, recoveryCodes = [] } = await life.ask<Login>('POST', '/api/request-token', {
      key: null,
      body,
      mints: ({ token, recoveryCodes = [] }: Login) => [
        [`session ${name}`, token],
        ...recoveryCodes.map((code, i): [string, string] => [`recovery code ${i} of ${name}`, code]),
      ],
    });
    if (token === null) throw new Error(`nobody is logged in ${name}`);
    return { session: token, codes: recoveryCodes };
  };
  const key = async (path: string, session: string): Promise<void> => {
    const mints = ({ apiKey }: Made): [string, string][] => [[`key made at ${path}`, apiKey.secret]];
    await life.ask('POST', path, { key: session, body: { name: 'made by a person' }, mints });
  };

  const one = password('of the instance');
  const { session: first } = await logIn('of the first key', { password: adminKey });
  const setPassword = { usePassword: true, newPassword: one };
  await life.ask('POST', '/api/system/update-password', { key: first, body: setPassword });
  await life.ask('POST', '/api/request-token', { key: null, body: { password: password('that is wrong') } });
  const { session: single } = await logIn('with the password', { password: one });
  await key('/api/system/generate-api-key', single);
  await life.ask('GET', '/api/system/api-keys', { key: single });

  const admin = { username: 'admin', password: password('of the administrator') };
  await life.ask('POST', '/api/system/enable-multi-user', { key: single, body: admin });
  const { session, codes } = await logIn('of the administrator', admin);
  await key('/api/admin/generate-api-key', session);
  for (const path of ['/api/admin/api-keys', '/api/system/refresh-user', '/api/system/check-token'])
    await life.ask('GET', path, { key: session });
  // Typed into the wrong field.
  const misplaced = { username: password('in place of a name'), password: password('of nobody') };
  for (const body of [misplaced, { ...admin, password: password('that is wrong, too') }])
    await life.ask('POST', '/api/request-token', { key: null, body });
  const weak = canaries.add('a password that is refused', `${randomPassword()}${'x'.repeat(250)}`);
  await life.ask('POST', '/v1/admin/users/new', { body: { username: 'sam', password: weak } });
  await life.ask('POST', '/v1/admin/users/new', { body: { username: 'sam', password: password('of sam') } });
  await life.ask('POST', '/v1/admin/users/2', { body: { password: password('of sam, the second') } });
  await invite(life, password('of a guest'));
  const wrong = [randomUUID(), randomUUID()].map((code, i) => canaries.add(`wrong code ${i}`, code));
  for (const pair of [wrong, codes.slice(0, 2)])
    await recover(life, pair, password('of the administrator, recovered'));
  const suspend = { body: { suspended: 1 } };
  await life.ask('POST', '/v1/admin/users/2', suspend);
  await life.ask('GET', '/v1/admin/users');
  await life.ask('DELETE', '/v1/admin/users/2');
}

/** Only administrators of users see the codes of invites. */
async function invite(life: SecretsLife, password: string): Promise<void> {
  interface Invited {
    invite: { code: string };
  }
  const mints = ({ invite }: Invited): [string, string][] => [['code of an invite', invite.code]];
  const { invite } = await life.ask<Invited>('POST', '/v1/admin/invite/new', { mints });
  const path = `/api/invite/${invite.code}`;
  await life.ask('GET', path, { key: null, mints: () => [['code of an invite', invite.code]] });
  await life.ask('POST', path, { key: null, body: { username: 'guest', password } });
  await life.ask('GET', path, { key: null });
  await life.ask('GET', '/v1/admin/invites', { mints: () => [['code of an invite', invite.code]] });
}

async function recover(life: SecretsLife, recoveryCodes: string[], password: string): Promise<void> {
  interface Recovered {
    resetToken?: string;
  }
  const { resetToken } = await life.ask<Recovered>('POST', '/api/system/recover-account', {
    key: null,
    body: { username: 'admin', recoveryCodes },
    mints: ({ resetToken }: Recovered) => [['reset token', resetToken ?? null]],
  });
  const body = { token: resetToken ?? 'none', newPassword: password, confirmPassword: password };
  await life.ask('POST', '/api/system/reset-password', { key: null, body });
  await life.ask('POST', '/api/request-token', {
    key: null,
    body: { username: 'admin', password: recoveryCodes[0] },
  });
}
