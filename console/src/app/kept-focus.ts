/** Where Mantine puts dialogs, menus and notices. */
const ABOVE = '[data-portal]';

const isLost = (): boolean => document.activeElement === document.body;

/** The open dialog, which covers the page, or the content of the page: the next Tab goes to its first control. */
export function focusContent(): void {
  if (!isLost()) return;
  const dialog = [...document.querySelectorAll<HTMLElement>('[aria-modal=true]')].at(-1);
  (dialog ?? document.querySelector<HTMLElement>('#main'))?.focus({ preventScroll: true });
}

/**
 * Browsers take the focus from a button that is disabled while it works, and from a dialog that is gone: people who use the
 * keyboard would begin at the top of the page again. Guarded by console/test/focus.test.ts.
 */
export function keepFocus(): void {
  let latest: EventTarget | null = null;
  let below: HTMLElement | undefined;
  addEventListener('focusin', ({ target }) => {
    latest = target;
    if (target instanceof HTMLElement && target.id !== 'main' && target.closest(ABOVE) === null)
      below = target;
  });
  const whenEnabled = new MutationObserver((changes) => {
    for (const { target } of changes)
      if (target === latest && target instanceof HTMLButtonElement && !target.disabled && isLost())
        target.focus({ preventScroll: true });
  });
  whenEnabled.observe(document, { attributeFilter: ['disabled'], subtree: true });
  // Who clicks beside everything has left it. An element that is being removed or disabled loses the focus too.
  addEventListener('focusout', ({ target }) => {
    queueMicrotask(() => {
      const isUsable = target instanceof Element && target.isConnected && !target.matches(':disabled');
      if (isUsable && target === latest && document.hasFocus() && isLost()) latest = null;
    });
  });
  const whenGone = new MutationObserver(() => {
    if (!(latest instanceof Element) || latest.isConnected || !isLost()) return;
    if (below?.isConnected === true) below.focus({ preventScroll: true });
    focusContent();
  });
  whenGone.observe(document.body, { childList: true, subtree: true });
}
