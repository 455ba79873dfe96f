import { createContext, useSyncExternalStore } from 'react';

/** Whether times stand close together, as in a table: each is then short, and its exact form is for screen readers. */
export const CloseTimes = createContext(false);

/** How tables show times: `3 hours ago`, or date and time of day. Nobody needs a pointer that rests for it. */
type TimeForm = 'relative' | 'exact';

const KEPT = 'keyward-times';
const listeners = new Set<() => void>();

function kept(): TimeForm {
  try {
    return localStorage.getItem(KEPT) === 'exact' ? 'exact' : 'relative';
  } catch {
    // The browser keeps nothing for this page.
    return 'relative';
  }
}

let form = kept();

/** Another window of the same browser has changed it. */
addEventListener('storage', ({ key }) => {
  if (key !== KEPT) return;
  form = kept();
  for (const listener of listeners) listener();
});

function change(to: TimeForm): void {
  form = to;
  try {
    localStorage.setItem(KEPT, to);
  } catch {
    // Then it holds until the page is left.
  }
  for (const listener of listeners) listener();
}

/** The form of times in tables, and the way to change it; it is kept in the browser. */
export const useTimeForm = (): [form: TimeForm, change: (to: TimeForm) => void] => [
  useSyncExternalStore(subscribe, () => form),
  change,
];

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
