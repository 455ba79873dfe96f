import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));
/** Where a form does not end with `FormActions`, and why. */
const OTHERWISE: Record<string, string> = {
  'page/form-actions.tsx': 'it is the one',
  'keys/form/new-key-page.tsx': 'a long form: its actions stay in view beside it (form-columns.tsx)',
  'keys/key/access-panel.tsx': 'a long form: its actions stay in view beside it (form-columns.tsx)',
  'session/sign-in-form.tsx': 'signing in is the whole page: its button is as wide as the form',
  'session/recover-page.tsx': 'as signing in',
  'session/invite-page.tsx': 'as signing in',
  'workspaces/chat/composer.tsx': 'a question is a line, not a form to fill in',
  'workspaces/members-tab.tsx': 'one field, with its button beside it',
  'widgets/preview.tsx': 'it looks as on the other site',
};

test('a form ends with its actions in one order: the same from a terminal, the way back, and the one that sends it', () => {
  const places = globSync('**/*.tsx', { cwd: SOURCES }).filter((name) =>
    readFileSync(SOURCES + name, 'utf8').includes('type="submit"'),
  );
  expect(places.toSorted()).toEqual(Object.keys(OTHERWISE).toSorted());
});
