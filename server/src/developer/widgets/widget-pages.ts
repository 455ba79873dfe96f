import { isAllowedOrigin, visit, type Embed } from '../../widgets/index.ts';
import { preflightHeaders, type RequestContext } from '../../http/index.ts';
import type { WidgetServices } from '../services.ts';

const WIDGET_PATH = /^\/api\/embed\/([^/?]+)\/[^/?]/i;

export const isWidgetPath = (url: string): boolean => WIDGET_PATH.test(url);

/** The pages that may read an answer or a refusal: all, or the asking page where the allow-list has it. */
export const pageHeaders = ({ allowlist }: Embed, origin: string | undefined): Record<string, string> => ({
  vary: 'Origin',
  ...(allowlist === null
    ? { 'access-control-allow-origin': '*' }
    : origin !== undefined && isAllowedOrigin(allowlist, origin)
      ? { 'access-control-allow-origin': origin }
      : {}),
});

/** A page that may not use the widget gets no permission. */
export async function widgetPreflight(
  { widgets }: WidgetServices,
  context: RequestContext,
): Promise<Record<string, string>> {
  const uuid = decodeURIComponent(WIDGET_PATH.exec(context.request.url ?? '')?.[1] ?? '');
  const { origin } = context.request.headers;
  const found = await visit(widgets, { uuid, origin, ip: context.ip });
  const headers = found === undefined ? {} : pageHeaders(found.embed, origin);
  return 'access-control-allow-origin' in headers
    ? { ...preflightHeaders(context), ...headers }
    : { vary: 'Origin', 'content-length': '0' };
}
