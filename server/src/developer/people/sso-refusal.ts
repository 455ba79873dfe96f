import type { WholeAnswer } from '../../http/index.ts';
import type { Services } from '../../http/index.ts';

/** Plain text that says it is HTML: what some clients are used to. Never with anything that somebody sent. */
export const html = (status: number, body: string): WholeAnswer => ({
  status,
  body,
  headers: { 'content-type': 'text/html; charset=utf-8' },
});

/** Why login tokens are neither issued nor taken, if so. */
export async function ssoRefusal({ config, identity }: Services): Promise<WholeAnswer | undefined> {
  if (config.simpleSso === 'off') return html(403, 'Simple SSO is not enabled.');
  if (!(await identity.isMultiUser())) return html(403, 'Multi-User mode is not enabled.');
  return undefined;
}
