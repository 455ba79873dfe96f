import { sql, type Expression, type SqlBool } from 'kysely';
import { decide, isBound, type Caller, type NameSelector } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';

/** The key that decides which workspaces exist; `everything` for the server itself. */
export type Viewer = Pick<Caller, 'scopes' | 'selectors'> | 'everything';

/** Whether a workspace of this slug exists for the caller, if it exists at all. */
export function isCovered(viewer: Viewer, slug: string): boolean {
  return viewer === 'everything' || decide(viewer, { resource: { type: 'workspace', id: slug } }).allowed;
}

/** Whether all workspaces exist for the viewer. */
export const isUnbound = (viewer: Viewer): boolean => viewer === 'everything' || !isBound(viewer);

/**
 * Refuses a key that is bound to workspaces where a request is about all of them: the audit record names them all, and the
 * address of a model receives the chats of all. Guarded by refused-callers.test.ts.
 * @throws KeywardError `forbidden_resource`
 */
export function refuseBound(caller: Caller): void {
  if (!isBound(caller)) return;
  throw new KeywardError('forbidden_resource', 'The key is bound to workspaces; this is about all of them.');
}

/** The same in SQL, so that lists, counts and pages are right without reading what is not covered. */
export function coveredSlug(viewer: Viewer, slug: Expression<string>): Expression<SqlBool> {
  if (viewer === 'everything') return ALL;
  const { allow, deny }: NameSelector = viewer.selectors.workspaces;
  const allowed = allow.length === 0 ? ALL : anyOf(allow, slug);
  return deny.length === 0 ? allowed : sql<SqlBool>`(${allowed} and not ${anyOf(deny, slug)})`;
}

const ALL = sql<SqlBool>`(1 = 1)`;

const anyOf = (patterns: readonly string[], slug: Expression<string>): Expression<SqlBool> =>
  sql<SqlBool>`(${sql.join(
    patterns.map((pattern) => matches(pattern, slug)),
    sql` or `,
  )})`;

/** The same as `matchesPattern` of the module access; not `like`, for which `_` and `%` are wildcards. */
function matches(pattern: string, slug: Expression<string>): Expression<SqlBool> {
  if (!pattern.endsWith('*')) return sql<SqlBool>`${slug} = ${pattern}`;
  const start = pattern.slice(0, -1);
  // SQL counts characters, not UTF-16 units.
  return sql<SqlBool>`substr(${slug}, 1, ${sql.lit(Array.from(start).length)}) = ${start}`;
}
