import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { piece, says, startChats, type ChatServer } from '../../server/src/chat/chats.fixture.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { stream } from '../../server/test/upstream.ts';
import { openConsole, type ConsolePage } from './browser.ts';

interface Form {
  path: string;
  /** The field that is half typed, by role and name. */
  field: string;
  submit: string;
  fill?: (page: Page) => Promise<void>;
  done: (page: Page) => Promise<void>;
}

const TYPED = 'half-typed';
const heading = (page: Page): Promise<void> => page.getByRole('heading', { name: TYPED }).waitFor();

const FORMS: Form[] = [
  {
    path: '/keys/new',
    field: 'Name',
    submit: 'Make the key',
    fill: (page) => page.getByRole('checkbox', { name: 'Call any model' }).click(),
    done: (page) => page.getByRole('dialog', { name: `The secret of ${TYPED}` }).waitFor(),
  },
  { path: '/owners/new', field: 'Name', submit: 'Add it', done: heading },
  {
    path: '/upstreams/new',
    field: 'Name',
    submit: 'Add it',
    fill: (page) => page.getByLabel('Address').fill('http://127.0.0.1:9/v1'),
    done: heading,
  },
  {
    path: '/workspaces/docs?tab=settings',
    field: 'Name',
    submit: 'Save',
    done: (page) => page.getByText('The settings are saved').waitFor(),
  },
];

const lost = (page: Page) => page.getByText('The server cannot be reached', { exact: true });

/** Only that nobody answers is complained about. */
function expectLossAlone({ complaints }: ConsolePage): void {
  for (const complaint of complaints.splice(0))
    expect(complaint).toMatch(
      /ERR_(INTERNET_DISCONNECTED|CONNECTION|EMPTY_RESPONSE|NETWORK)|Failed to fetch|50[23]/,
    );
}

describeOnServer('sqlite', 'a console whose server cannot be reached', (start) => {
  let chats: ChatServer;
  let server: TestServer;
  beforeAll(async () => {
    // A server that stops does not wait for what runs.
    chats = await startChats((more) => start({ KEYWARD_STOP_SECONDS: '1', ...more }));
    ({ server } = chats);
    await server.request('POST', '/v1/workspace/new', { body: { name: 'Docs' } });
  });
  beforeEach(() => chats.answer(says(['Good ', 'day.'])));

  const open = (path: string) => openConsole(server, { signIn: { key: chats.server.adminKey }, path });
  /** On the same port and data. */
  const comeBack = async (): Promise<void> => {
    server = await start({ ...server.environment, KEYWARD_PORT: String(server.port) });
  };

  test('each form says so, keeps what was typed, and can be sent once the server is back', async () => {
    const opened = await Promise.all(FORMS.map(({ path }) => open(path)));
    const pages = FORMS.map((form, index) => ({ ...form, ...(opened[index] as ConsolePage) }));
    for (const { page, field, fill } of pages) {
      await page.getByRole('textbox', { name: field }).fill(TYPED);
      await fill?.(page);
    }
    await server.stop();
    for (const { page, submit } of pages) await page.getByRole('button', { name: submit }).click();
    for (const { page } of pages)
      await Promise.all([lost(page).waitFor(), page.locator('main [role=alert]').first().waitFor()]);
    await comeBack();
    for (const each of pages) {
      const { page, field, submit, done } = each;
      await lost(page).waitFor({ state: 'detached' });
      expect(await page.getByRole('textbox', { name: field }).inputValue()).toBe(TYPED);
      await page.getByRole('button', { name: submit }).click();
      await done(page);
      expectLossAlone(each);
    }
  });

  test('an answer that breaks off says so, keeps its words and the next question, and can be asked for again', async () => {
    const opened = await open('/workspaces/docs?tab=chat');
    const { page } = opened;
    chats.answer(stream([piece('It leaves at ')], { end: 'hang' }));
    const question = page.getByRole('textbox', { name: 'Question' });
    await question.fill('When does it leave?');
    await page.keyboard.press('Enter');
    const turn = page.getByRole('article').last();
    await turn.getByText('It leaves at').waitFor();
    await question.fill(TYPED);
    await server.stop();
    await turn.getByRole('alert').waitFor();
    await lost(page).waitFor();
    await turn.getByText('It leaves at').waitFor();
    chats.answer(says(['It leaves at nine.']));
    await comeBack();
    await lost(page).waitFor({ state: 'detached' });
    expect(await question.inputValue()).toBe(TYPED);
    await turn.getByRole('button', { name: 'Ask again' }).click();
    await page.getByText('It leaves at nine.').waitFor();
    expectLossAlone(opened);
  });

  test('a file that was being sent waits for the server, and goes there by itself', async () => {
    const opened = await open('/workspaces/docs?tab=documents');
    const { page, context } = opened;
    const line = await context.newCDPSession(page);
    const uploadThroughput = 100_000;
    await line.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    });
    const buffer = Buffer.from('The ferry leaves at nine.\n'.repeat(40_000));
    await page
      .getByLabel('Files', { exact: true })
      .setInputFiles({ name: 'long.txt', mimeType: 'text/plain', buffer });
    const upload = page.getByRole('listitem', { name: 'long.txt' });
    await upload.getByText(/^Sending/).waitFor();
    await server.stop();
    await upload.getByText('Waits for the server').waitFor();
    await lost(page).waitFor();
    await line.detach();
    await comeBack();
    await upload.getByText('Ready').waitFor();
    await page.getByRole('table').getByText('long.txt').waitFor();
    expectLossAlone(opened);
  });

  test('without a network the page says so before anything is sent, and goes on by itself', async () => {
    const opened = await open('/owners/new');
    const { page, context } = opened;
    await page.getByRole('textbox', { name: 'Name' }).fill(TYPED);
    await context.setOffline(true);
    await lost(page).waitFor();
    await context.setOffline(false);
    await lost(page).waitFor({ state: 'detached' });
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe(TYPED);
    expectLossAlone(opened);
  });
});
