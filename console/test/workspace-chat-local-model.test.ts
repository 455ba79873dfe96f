import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

const FACT =
  'The lighthouse Solvakt stands on the island of Varnholm. It was lit for the first time in 1887.';
/** A model of 135 million parameters answers rightly with a short prompt, though not each time. */
const SETTINGS = {
  name: 'Coast',
  openAiTemp: 0,
  topN: 1,
  chatMode: 'query',
  openAiPrompt: 'You answer questions about the text you are given.',
};

describeOnServer('sqlite', 'a chat with the real local model', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ KEYWARD_LOCAL_MODEL: 'on' });
    await server.request('POST', '/v1/workspace/new', { body: SETTINGS });
  });

  test(
    'A file that is dropped into a workspace answers a question, and its passage opens from the answer',
    { retry: 2 },
    async () => {
      const { page } = await openConsole(server, {
        signIn: { key: server.adminKey },
        path: '/workspaces/coast?tab=documents',
      });
      await page
        .getByLabel('Files', { exact: true })
        .setInputFiles({ name: 'lighthouses.txt', mimeType: 'text/plain', buffer: Buffer.from(FACT) });
      const upload = page.getByRole('listitem', { name: 'lighthouses.txt' });
      await upload.getByText('Ready').waitFor({ timeout: 60_000 });
      await page.getByRole('table', { name: 'Documents' }).getByText('ready').waitFor();
      await page.getByRole('tab', { name: 'Chat' }).click();
      await page
        .getByRole('textbox', { name: 'Question' })
        .fill('What is the name of the lighthouse on Varnholm?');
      await page.keyboard.press('Enter');
      const turn = page.getByRole('article', { name: 'Question and answer' }).last();
      await turn.getByText('Solvakt').waitFor();
      await turn.getByRole('button', { name: 'Source 1: lighthouses.txt' }).click();
      const passage = page.getByRole('region', { name: 'Text of the source' });
      expect(await passage.textContent()).toBe(FACT);
    },
  );
});
