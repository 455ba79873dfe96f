import type { WholeAnswer } from '../../http/index.ts';

/** Nothing is loaded, and no script runs. */
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/**
 * A page that leads on by itself. After a redirect from another site, browsers send no `SameSite=Strict` cookie along the
 * whole chain of redirects; the request that this page makes has it. Guarded by oidc-browser.test.ts.
 * @param path of this site.
 */
export function pageTo(path: string, headers: Record<string, string | string[]>): WholeAnswer {
  const to = escaped(path);
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
    body:
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signed in</title>` +
      `<meta http-equiv="refresh" content="0;url=${to}"></head>` +
      `<body><p>You are signed in. <a href="${to}">Continue</a></p></body></html>\n`,
  };
}
