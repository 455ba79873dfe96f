import type { SubmitEvent } from 'react';

/**
 * Reads a form when it is sent: a secret is in no state of the page.
 * @returns the text of a field by its name; '' for a field that the form lacks
 */
export function formValues(event: SubmitEvent<HTMLFormElement>): (name: string) => string {
  event.preventDefault();
  const data = new FormData(event.currentTarget);
  return (name) => {
    const value = data.get(name);
    return typeof value === 'string' ? value : '';
  };
}
