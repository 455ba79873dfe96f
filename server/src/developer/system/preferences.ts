import { Type } from 'typebox';
import type { Session } from '../../identity/index.ts';
import type { Actor } from '../../access/index.ts';
import { readPreferences, shownPreferences, type PreferenceGroup } from '../../settings/index.ts';
import { failed, json, phrase, SUCCESS } from '../answers.ts';
import { refuseBound } from '../../workspaces/index.ts';
import { text } from '../fields.ts';
import { Outcome } from '../schemas.ts';
import { nullable, type WholeAnswer } from '../../http/index.ts';
import type { Route, SystemServices } from '../services.ts';
import { systemRoute } from '../surface.ts';

const Preferences = Type.Record(Type.String(), Type.Unknown());

/** Names that are unknown, or not for the caller, are ignored. */
async function change(
  { settings, audit }: SystemServices,
  actor: Actor,
  { body, group }: { body: Record<string, unknown>; group: PreferenceGroup },
): Promise<WholeAnswer> {
  const wanted = readPreferences(body, group);
  if ('tooLong' in wanted) return failed(`${wanted.tooLong} is too long.`);
  const { changes } = wanted;
  const changed = Object.keys(changes);
  if (changed.length === 0) return SUCCESS;
  await audit.change(actor, async (tx) => {
    await settings.set(tx, changes);
    const entry = { action: 'settings.preferences', target: 'system', details: { changed } };
    return { result: undefined, entry };
  });
  return SUCCESS;
}

/** Managers may change the branding, administrators everything. */
const groupOf = (session: Session): PreferenceGroup =>
  session.kind === 'user' && session.user.role === 'manager' ? 'branding' : 'all';

const forPeople = { access: 'session', roles: ['admin', 'manager'] } as const;

export const preferencesRoutes: Route[] = [
  systemRoute({
    method: 'POST',
    path: '/v1/admin/preferences',
    id: 'settings.preferences',
    summary: 'Change preferences of an instance with users',
    description: 'Not for keys that are bound to workspaces.',
    access: 'system:write',
    body: Preferences,
    responses: { 200: Outcome, 401: 'stream' },
    handler: async (services, { actor, caller, body }) => {
      refuseBound(caller);
      if (!(await services.identity.isMultiUser())) return phrase(401);
      return change(services, actor, { body, group: 'all' });
    },
  }),
  systemRoute({
    ...forPeople,
    method: 'POST',
    path: '/api/admin/system-preferences',
    id: 'settings.change_preferences',
    summary: 'Change preferences of the instance',
    description:
      'For managers: support_email, custom_app_name, footer_data, meta_page_title and meta_page_favicon.',
    body: Preferences,
    responses: { 200: Outcome, 401: 'stream' },
    handler: (services, { session, body }) =>
      change(services, session.actor, { body, group: groupOf(session) }),
  }),
  systemRoute({
    ...forPeople,
    method: 'GET',
    path: '/api/admin/system-preferences-for',
    id: 'settings.show_preferences',
    summary: 'Preferences of the instance',
    description: 'Of a secret whether there is one. For managers those that they may change.',
    query: Type.Object({ labels: Type.Optional(text({ description: 'Names, with commas' })) }),
    responses: {
      200: Type.Object({
        settings: Type.Record(Type.String(), nullable(Type.Union([Type.String(), Type.Boolean()]))),
      }),
      401: 'stream',
    },
    handler: async ({ settings }, { session, query: { labels = '' } }) => {
      const names = labels.split(',').map((name) => name.trim());
      return json({ settings: await shownPreferences(settings, names, groupOf(session)) });
    },
  }),
];
