import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { piece, says, startChats, type ChatServer } from '../../server/src/chat/chats.fixture.ts';
import { describeOnServer } from '../../server/test/server.ts';
import { json, stream } from '../../server/test/upstream.ts';
import { openConsole } from './browser.ts';
import { expectHarmless, MARKDOWN_PAYLOAD, NAME_PAYLOAD } from './payloads.ts';

const FACT = 'The ferry Havsvalan leaves for the island of Hven at nine in the morning.';

describeOnServer('sqlite', 'chats in a workspace', (start) => {
  let chats: ChatServer;
  let made = 0;
  let slug: string;
  beforeAll(async () => {
    chats = await startChats(start);
  });
  beforeEach(async () => {
    slug = `ferries-${++made}`;
    await chats.server.request('POST', '/v1/workspace/new', { body: { name: slug } });
    await chats.add(slug, 'hven', FACT);
  });

  const openChat = (search = '') =>
    openConsole(chats.server, {
      signIn: { key: chats.server.adminKey },
      path: `/workspaces/${slug}${search}`,
    });
  const ask = async (page: Page, question: string): Promise<void> => {
    await page.getByRole('textbox', { name: 'Question' }).fill(question);
    await page.keyboard.press('Enter');
  };
  const conversation = (page: Page) => page.getByRole('log', { name: 'Conversation' });
  const turns = (page: Page) => conversation(page).getByRole('article');

  test('an answer is streamed, names its sources, and is there again after a reload', async () => {
    chats.answer(says(['It leaves at ', '**nine**', '.']));
    const { page, inspect } = await openChat();
    await page.getByText('Ask the first question').waitFor();
    await inspect('workspace-chat-empty');
    await ask(page, 'When does the ferry Havsvalan leave for the island of Hven?');
    await turns(page).getByText('It leaves at nine.').waitFor();
    const source = page.getByRole('button', { name: 'Source 1: hven.txt' });
    await source.click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('region', { name: 'Text of the source' }).textContent()).toBe(FACT);
    await inspect('workspace-chat-source');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.locator('button:focus', { hasText: 'hven.txt' }).waitFor();
    await page.reload();
    await turns(page).getByText('It leaves at nine.').waitFor();
    expect(await turns(page).count()).toBe(1);
    await page.getByRole('button', { name: 'Source 1: hven.txt' }).waitFor();
    const good = page.getByRole('button', { name: 'Good answer', pressed: true });
    await page.getByRole('button', { name: 'Good answer' }).click();
    await good.waitFor();
    await page.reload();
    await good.click();
    await page.getByRole('button', { name: 'Good answer', pressed: false }).waitFor();
  });

  test('text is drawn while the model writes, and Stop ends the request at the model', async () => {
    chats.answer(stream([piece('The first words')], { end: 'hang' }));
    const { page } = await openChat();
    await ask(page, 'Tell me about the ferry Havsvalan');
    await turns(page).getByText('The first words').waitFor();
    // Another tab of the page does not end it.
    await page.getByRole('tab', { name: 'Documents' }).click();
    await page.getByRole('tab', { name: 'Chat' }).click();
    await turns(page).getByText('The first words').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('You stopped this answer.').waitFor();
    await chats.received()[0]?.aborted;
    chats.answer(says(['Good day.']));
    await ask(page, 'Hello again');
    await turns(page).getByText('Good day.').waitFor();
    expect(await turns(page).getByText('The first words').count()).toBe(1);
  });

  test('a failure is shown at its question, and the question is asked again with one press', async () => {
    chats.answer(json({ error: { message: 'no', type: 'x', code: 'x', param: null } }, 400));
    const { page, inspect, complaints } = await openChat();
    await ask(page, 'When does the ferry leave?');
    await page.getByRole('alert').waitFor();
    await inspect('workspace-chat-failed');
    complaints.splice(0);
    chats.answer(says(['At nine.']));
    await page.getByRole('button', { name: 'Ask again' }).click();
    await turns(page).getByText('At nine.').waitFor();
    await expect.poll(() => turns(page).count()).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('HTML, scripts, images and addresses that a model writes stay text', async () => {
    chats.answer(says([MARKDOWN_PAYLOAD]));
    const { page } = await openChat();
    await ask(page, NAME_PAYLOAD);
    await turns(page).getByText('Before the attack.').waitFor();
    await turns(page).getByText(NAME_PAYLOAD).first().waitFor();
    await expectHarmless(page);
    await page.reload();
    await turns(page).getByText('Before the attack.').waitFor();
    await expectHarmless(page);
    const links = turns(page).getByRole('link');
    expect(await links.allTextContents()).toEqual(['good', 'mail']);
    expect(await links.first().getAttribute('rel')).toBe('noopener noreferrer');
  });

  test('a document with a script in its title and its text is a harmless source', async () => {
    await chats.add(slug, NAME_PAYLOAD, `Zanzibar ${MARKDOWN_PAYLOAD}`);
    chats.answer(says(['Here.']));
    const { page } = await openChat();
    await ask(page, 'Zanzibar Before the attack');
    await page.getByRole('button', { name: /^Source 1: / }).click();
    await page.getByRole('region', { name: 'Text of the source' }).waitFor();
    await expectHarmless(page);
  });

  test('a thread is made, named by its first question, renamed and deleted', async () => {
    chats.answer(says(['In the thread.']));
    const { page } = await openChat();
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await page.getByRole('button', { name: 'New thread' }).click();
    await list.getByRole('link', { name: 'New thread' }).waitFor();
    await expect.poll(() => page.url()).toContain('thread=');
    await ask(page, 'Which ferries are there?');
    await turns(page).getByText('In the thread.').waitFor();
    await list.getByRole('link', { name: 'Which ferries are there?' }).waitFor();
    await list.getByRole('link', { name: 'Your conversation' }).click();
    await page.getByText('Ask the first question').waitFor();
    await page.goBack();
    await turns(page).getByText('In the thread.').waitFor();
    await list.getByRole('button', { name: 'Change Which ferries are there?' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill(NAME_PAYLOAD);
    await page.keyboard.press('Enter');
    await list.getByRole('link', { name: NAME_PAYLOAD }).waitFor();
    await expectHarmless(page);
    await list.getByRole('button', { name: `Change ${NAME_PAYLOAD}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Ask the first question').waitFor();
    expect(page.url()).not.toContain('thread=');
    expect(await list.getByRole('link').allTextContents()).toEqual(['Your conversation']);
  });

  test('on a phone the conversations are in a dialog, and nothing is wider than the screen', async () => {
    chats.answer(says(['On the phone.']));
    const { page } = await openChat();
    await page.setViewportSize({ width: 390, height: 800 });
    await ask(page, 'Does it fit?');
    await turns(page).getByText('On the phone.').waitFor();
    await page.getByRole('button', { name: 'Conversations' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Your conversation' }).waitFor();
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
