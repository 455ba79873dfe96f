/**
 * A form is sent once, also where somebody presses twice before its button is drawn as busy: the answer to a second request would
 * hide the secret in the answer to the first one. Guarded by console/test/new-key.test.ts.
 */
export function sendOnce(): void {
  const sent = new WeakSet<EventTarget>();
  addEventListener(
    'submit',
    (event) => {
      const form = event.target as EventTarget;
      if (sent.has(form)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      sent.add(form);
      // The page draws the beginning of a request in the first of these turns.
      setTimeout(() => setTimeout(() => sent.delete(form)));
    },
    { capture: true },
  );
}
