import { expect } from 'vitest';
import type { Page } from 'playwright-core';

/* What holds on every page. Each rule gives the faults that it finds, as sentences. */

/** More is a jump that makes people press the wrong thing. As in Core Web Vitals. */
const SHIFT_MAX = 0.1;

/** Begins to sum the shifts of the layout; for `addInitScript`. */
export const WATCH_SHIFTS = `globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput) shifts.push([value, sources.map(({ node }) => node?.outerHTML?.slice(0, 150) ?? '').join(' | ')]);
  }).observe({ type: 'layout-shift', buffered: true });`;

/** Colours and marks then change at once; for pages that are drawn. */
export const WITHOUT_TRANSITIONS = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('*, *::before, *::after { transition: none !important; }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}`;

export async function jumps(page: Page): Promise<string[]> {
  const shifts = await page.evaluate<[number, string][]>('globalThis.shifts');
  const sum = shifts.reduce((total, [value]) => total + value, 0);
  return sum < SHIFT_MAX ? [] : [`the layout jumps by ${sum.toFixed(2)}: ${JSON.stringify(shifts)}`];
}

/** A heading is there, and nothing is on its way. */
const IS_DRAWN = `document.querySelector('h1') !== null && document.querySelector(
  '.mantine-Skeleton-root[data-visible], .mantine-Loader-root, [data-loading=true]') === null`;

/** Waits until the page has all its answers and has drawn them. @param asked counts the requests under way */
export async function untilDrawn(page: Page, asked: () => number): Promise<void> {
  await expect
    .poll(async () => asked() === 0 && (await page.evaluate<boolean>(IS_DRAWN)) && asked() === 0, {
      interval: 20,
    })
    .toBe(true);
}

export async function scrollsSideways(page: Page): Promise<string[]> {
  const [content, window, widest] = await page.evaluate<[number, number, string]>(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > clientWidth + 1);
    return [scrollWidth, clientWidth, wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 150)).join(' | ')];
  })()`);
  return content <= window ? [] : [`it scrolls sideways: ${content} of ${window} px: ${widest}`];
}

/** Controls that cover a part of each other, and buttons whose text is cut. What floats above the page is left out. */
const CROWDED = `(() => {
  const floats = (one) => {
    for (let at = one; at !== null && at.tagName !== 'MAIN'; at = at.parentElement)
      if (['sticky', 'fixed', 'absolute'].includes(getComputedStyle(at).position)) return true;
    return false;
  };
  const controls = [...document.querySelectorAll('main a[href], main button, main input, main select, main textarea')]
    .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !floats(one));
  const seen = (one) => {
    let { left, right, top, bottom } = one.getBoundingClientRect();
    for (let at = one.parentElement; at !== null && at.tagName !== 'MAIN'; at = at.parentElement) {
      if (getComputedStyle(at).overflow === 'visible') continue;
      const box = at.getBoundingClientRect();
      [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
    }
    return { left, right, top, bottom };
  };
  const rects = controls.map(seen);
  const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  const name = (one) => one.outerHTML.slice(0, 120);
  const found = [];
  for (const [at, a] of rects.entries())
    for (let next = at + 1; next < rects.length; next++)
      if (meet(a, rects[next]) && !inside(a, rects[next]) && !inside(rects[next], a))
        found.push(name(controls[at]) + ' and ' + name(controls[next]) + ' overlap');
  for (const label of document.querySelectorAll('main .mantine-Button-label'))
    if (label.scrollWidth > label.clientWidth + 1 && !label.closest('[aria-label], [title]'))
      found.push('the text of a button is cut: ' + label.textContent);
  return found;
})()`;

/** @returns what is wrong at twice the size of a desktop: the whole page enlarged, and its text alone */
export async function faultsEnlarged(page: Page): Promise<string[]> {
  const before = page.viewportSize() ?? { width: 1440, height: 900 };
  const check = async (how: string): Promise<string[]> => {
    const found = [...(await scrollsSideways(page)), ...(await page.evaluate<string[]>(CROWDED))];
    return found.map((fault) => `${how}: ${fault}`);
  };
  await page.setViewportSize({ width: 720, height: 450 });
  const zoomed = await check('zoomed to 200 %');
  await page.setViewportSize(before);
  await page.evaluate(`document.documentElement.style.fontSize = '200%'`);
  const enlarged = await check('with text of 200 %');
  await page.evaluate(`document.documentElement.style.fontSize = ''`);
  return [...zoomed, ...enlarged];
}

/**
 * Gives each control the focus as Tab does, and compares how it, its label and what is around it look with and without it.
 * Expects that a key was pressed before: browsers show the focus to people who use the keyboard.
 */
const UNMARKED = `(() => {
  const look = (one) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor, textDecorationLine, top } =
      getComputedStyle(one);
    const outline = outlineStyle === 'none' || outlineWidth === '0px' ? 'none' : outlineWidth + outlineColor;
    return [outline, boxShadow, borderColor, backgroundColor, textDecorationLine, top].join();
  };
  const near = (one) => [one, one.parentElement, one.parentElement?.parentElement, ...(one.labels ?? []),
    ...(one.parentElement?.children ?? [])].filter(Boolean);
  const looks = (one) => near(one).map(look).join(';');
  const isReached = (one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true });
  const unmarked = [];
  for (const one of document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')) {
    if (!isReached(one)) continue;
    document.activeElement?.blur();
    const before = looks(one);
    one.focus({ preventScroll: true });
    if (document.activeElement === one && looks(one) === before) unmarked.push(one.outerHTML.slice(0, 200));
  }
  document.activeElement?.blur();
  return unmarked;
})()`;

export async function withoutFocusMark(page: Page): Promise<string[]> {
  await page.keyboard.press('Shift');
  const unmarked = await page.evaluate<string[]>(UNMARKED);
  return unmarked.map((html) => `the focus cannot be seen on ${html}`);
}

interface AxNode {
  role?: { value: string };
  name?: { value: string };
  ignored: boolean;
  properties?: { name: string; value: { value: unknown } }[];
  backendDOMNodeId?: number;
}

/** Of the page itself, and of what a script alone gives the focus. */
const NAMELESS_ROLES = new Set(['RootWebArea', 'main']);

/** As screen readers get them from the browser. */
export async function withoutName(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as { nodes: AxNode[] };
  await session.detach();
  return nodes
    .filter(({ ignored, role, name, properties = [] }) => {
      const isFocusable = properties.some((one) => one.name === 'focusable' && one.value.value === true);
      return !ignored && isFocusable && !NAMELESS_ROLES.has(role?.value ?? '') && (name?.value ?? '') === '';
    })
    .map(({ role }) => `a ${role?.value} that gets the focus has no name`);
}

/** A form that can be sent says how to do the same from a terminal. The preview of a widget asks as another site does. */
const WITHOUT_COMMAND = `[...document.querySelectorAll('form')]
  .filter((one) => one.checkVisibility() && one.querySelector('[type=submit]:not(:disabled)') !== null)
  .filter((one) => one.closest('[aria-label=Preview]') === null && !one.textContent.includes('Copy as…'))
  .map((one) => one.textContent.slice(0, 100))`;

export async function withoutCommand(page: Page): Promise<string[]> {
  const forms = await page.evaluate<string[]>(WITHOUT_COMMAND);
  return forms.map((text) => `a form shows no command: ${text}`);
}

/** Buttons of a row stand in its column of actions; the first column opens the row. Switches and choices are values. */
const MISPLACED = `[...document.querySelectorAll('main td button')]
  .filter((one) => one.checkVisibility() && !one.matches('[role], [aria-haspopup=listbox], [aria-expanded]'))
  .filter((one) => {
    const cell = one.closest('td');
    const header = one.closest('table').querySelectorAll('thead th')[cell.cellIndex]?.textContent;
    return cell.cellIndex > 0 && header !== undefined && header !== 'Actions';
  })
  .map((one) => one.outerHTML.slice(0, 150))`;

export async function misplacedActions(page: Page): Promise<string[]> {
  const found = await page.evaluate<string[]>(MISPLACED);
  return found.map((html) => `an action of a row stands outside of the column of actions: ${html}`);
}

/** A time as servers write it: in their zone, not in the reader's. Texts to copy have it. */
const RAW_TIMES = `(() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (/\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d/.test(data) && parentElement.closest('script, style, pre, code, textarea') === null)
      found.push(data.slice(0, 100));
  }
  return found;
})()`;

/** @param timeZone of the reader */
export async function foreignTimes(page: Page, timeZone: string): Promise<string[]> {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone });
  const times = await page.evaluate<[at: string, title: string, text: string][]>(
    `[...document.querySelectorAll('time')].map((one) => [one.dateTime, one.title, one.textContent])`,
  );
  const raw = await page.evaluate<string[]>(RAW_TIMES);
  return [
    ...times
      .filter(([at, title]) => title !== format.format(new Date(at)))
      .map(([at, title]) => `${at} is said as ${title}`),
    ...times
      .filter(([at, , text]) => !text.includes(format.format(new Date(at))))
      .map(([at, , text]) => `${at} can be read exactly with a pointer alone: ${text}`),
    ...raw.map((text) => `a time is in the server's form: ${text}`),
  ];
}
