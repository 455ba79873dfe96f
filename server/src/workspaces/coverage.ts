import { sql, type Expression, type SqlBool } from 'kysely';
import { decide, isBound, type Caller, type NameSelector } from '../access/index.ts';

/** Whose key decides which workspaces there are; `everything` for the server itself. */
export type Viewer = Pick<Caller, 'scopes' | 'selectors'> | 'everything';

/** Whether a workspace of this slug exists for the caller, if it exists at all. */
export function isCovered(viewer: Viewer, slug: string): boolean {
  return viewer === 'everything' || decide(viewer, { resource: { type: 'workspace', id: slug } }).allowed;
}

/** Whether there is no workspace that does not exist for the viewer. */
export const isUnbound = (viewer: Viewer): boolean => viewer === 'everything' || !isBound(viewer);

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

/** Exactly `matchesPattern` of the module access; no `like`, to which `_` and `%` mean something. */
function matches(pattern: string, slug: Expression<string>): Expression<SqlBool> {
  if (!pattern.endsWith('*')) return sql<SqlBool>`${slug} = ${pattern}`;
  const start = pattern.slice(0, -1);
  // Characters, not UTF-16 units: that is what SQL counts.
  return sql<SqlBool>`substr(${slug}, 1, ${sql.lit(Array.from(start).length)}) = ${start}`;
}
