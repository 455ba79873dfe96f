import { isAllowedOrigin, visit, type Embed } from '../../widgets/index.ts';
import type { Course } from '../../http/index.ts';
import type { WidgetServices } from '../services.ts';
import { preflight } from '../cors.ts';

/** The widget that a path belongs to. */
const WIDGET_PATH = /^\/api\/embed\/([^/?]+)\/[^/?]/i;

export const isWidgetPath = (url: string): boolean => WIDGET_PATH.test(url);

/** Which pages may read an answer, also one that refuses: any, or the one that asked, where the widget's list has it. */
export const pageHeaders = ({ allowlist }: Embed, origin: string | undefined): Record<string, string> => ({
  vary: 'Origin',
  ...(allowlist === null
    ? { 'access-control-allow-origin': '*' }
    : origin !== undefined && isAllowedOrigin(allowlist, origin)
      ? { 'access-control-allow-origin': origin }
      : {}),
});

/** What a browser is told before it calls a widget: nothing, unless its page may. */
export async function widgetPreflight(
  { widgets }: WidgetServices,
  course: Course,
): Promise<Record<string, string>> {
  const uuid = decodeURIComponent(WIDGET_PATH.exec(course.request.url ?? '')?.[1] ?? '');
  const { origin } = course.request.headers;
  const found = await visit(widgets, { uuid, origin, ip: course.ip });
  const headers = found === undefined ? {} : pageHeaders(found.embed, origin);
  return 'access-control-allow-origin' in headers
    ? { ...preflight(course), ...headers }
    : { vary: 'Origin', 'content-length': '0' };
}
