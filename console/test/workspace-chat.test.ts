import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { piece, says } from '../../server/src/chat/chats.fixture.ts';
import { nextId } from '../../server/src/storage/index.ts';
import { insertChat } from '../../server/src/workspaces/store/chat-store.ts';
import { describeOnServer } from '../../server/test/server.ts';
import { json, stream } from '../../server/test/upstream.ts';
import { expectHarmless, MARKDOWN_PAYLOAD, NAME_PAYLOAD } from './payloads.ts';
import { workspaceSuite, type WorkspaceSuite } from './workspace.fixture.ts';

const FACT = 'The ferry Havsvalan leaves for the island of Hven at nine in the morning.';

/** More than are read at once. */
const TURNS = 130;

/** Where turns are kept: a thread by its number, or the own conversation. */
interface KeptPlace {
  threadId?: number;
  apiSessionId?: string;
}

/** Stores questions with their answers, as if they had been asked long ago. */
async function keepTurns({ chats, slug }: WorkspaceSuite, where: KeptPlace, many: number): Promise<void> {
  const { body } = await chats.server.request<{ workspace: { id: number }[] }>(
    'GET',
    `/v1/workspace/${slug}`,
  );
  const place = {
    workspaceId: body.workspace[0]?.id ?? 0,
    threadId: where.threadId ?? null,
    userId: null,
    apiSessionId: where.apiSessionId ?? null,
  };
  const response = { text: 'Yes.', sources: [], type: 'chat', attachments: [], metrics: {} };
  await chats.server.app.core.storage.transaction(async (tx) => {
    for (let turn = 1; turn <= many; turn++) {
      const id = await nextId(tx, 'workspace_chats');
      const rest = { isIncluded: true, isGood: null, createdAt: turn, updatedAt: turn };
      await insertChat(tx, { id, ...place, prompt: `Question ${turn}`, response, ...rest });
    }
  });
}

describeOnServer('sqlite', 'chats in a workspace', (start) => {
  const suite = workspaceSuite(start, 'ferries');
  beforeEach(async () => void (await suite.chats.add(suite.slug, 'hven', FACT)));
  const openChat = suite.open;
  const ask = async (page: Page, question: string): Promise<void> => {
    await page.getByRole('textbox', { name: 'Question' }).fill(question);
    await page.keyboard.press('Enter');
  };
  const conversation = (page: Page) => page.getByRole('log', { name: 'Conversation' });
  const turns = (page: Page) => conversation(page).getByRole('article');

  test('an answer is streamed, names its sources, and is there again after a reload', async () => {
    suite.chats.answer(says(['It leaves at ', '**nine**', '.']));
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
    suite.chats.answer(stream([piece('The first words')], { end: 'hang' }));
    const { page } = await openChat();
    await ask(page, 'Tell me about the ferry Havsvalan');
    await turns(page).getByText('The first words').waitFor();
    // Another tab of the page does not end it.
    await page.getByRole('tab', { name: 'Documents' }).click();
    await page.getByRole('tab', { name: 'Chat' }).click();
    await turns(page).getByText('The first words').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('You stopped this answer.').waitFor();
    await suite.chats.received()[0]?.aborted;
    suite.chats.answer(says(['Good day.']));
    await ask(page, 'Hello again');
    await turns(page).getByText('Good day.').waitFor();
    expect(await turns(page).getByText('The first words').count()).toBe(1);
  });

  test('an answer goes on while another thread is open, and what is typed in each is kept', async () => {
    suite.chats.answer(stream([piece('The first words')], { end: 'hang' }));
    const { page } = await openChat();
    const field = page.getByRole('textbox', { name: 'Question' });
    await ask(page, 'Tell me about the ferry');
    await turns(page).getByText('The first words').waitFor();
    await page.getByRole('button', { name: 'New thread' }).dblclick();
    await page.getByText('Ask the first question').waitFor();
    await field.fill('half a question');
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await list.getByRole('link', { name: 'Your conversation' }).click();
    await turns(page).getByText('The first words').waitFor();
    expect(await field.inputValue()).toBe('');
    await page.goBack();
    await page.getByText('Ask the first question').waitFor();
    expect(await field.inputValue()).toBe('half a question');
    expect(await list.getByRole('link').allTextContents()).toEqual(['Your conversation', 'New thread']);
    await page.goForward();
    // A reload ends the answer: what the model had written stays.
    await turns(page).getByText('The first words').waitFor();
    await page.reload();
    await turns(page).getByText('The first words').waitFor();
    await suite.chats.received()[0]?.aborted;
  });

  test('of a long conversation all earlier turns are read on demand, and the turn that is read stays in its place', async () => {
    const { page } = await openChat();
    const { session } = (await (await page.request.get('/v1/session')).json()) as {
      session: { owner_id: string };
    };
    await keepTurns(suite, { apiSessionId: `console-${session.owner_id}` }, TURNS);
    await page.reload();
    const first = turns(page).first();
    await turns(page).getByText(`Question ${TURNS}`, { exact: true }).waitFor();
    expect(await turns(page).count()).toBe(30);
    for (let shown = 30; shown < TURNS; shown += 30) {
      const number = TURNS - shown + 1;
      await first.getByText(`Question ${number}`, { exact: true }).waitFor();
      const earlier = page.getByRole('button', { name: 'Show earlier turns' });
      await earlier.scrollIntoViewIfNeeded();
      const read = turns(page).filter({ has: page.getByText(`Question ${number}`, { exact: true }) });
      const before = await read.boundingBox();
      await earlier.press('Enter');
      await first.getByText(`Question ${Math.max(1, number - 30)}`, { exact: true }).waitFor();
      const after = await read.boundingBox();
      expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(2);
    }
    expect(await turns(page).count()).toBe(TURNS);
    expect(await page.getByRole('button', { name: 'Show earlier turns' }).count()).toBe(0);
    // The next answer does not hide them again.
    suite.chats.answer(says(['Once more.']));
    await ask(page, 'One more?');
    await turns(page).getByText('Once more.').waitFor();
    await first.getByText('Question 1', { exact: true }).waitFor();
  });

  test('of a long thread only the latest turns are read, and earlier ones on demand', async () => {
    const { slug, chats } = suite;
    const { body } = await chats.server.request<{ thread: { id: number; slug: string } }>(
      'POST',
      `/v1/workspace/${slug}/thread/new`,
      { body: { name: 'Long' } },
    );
    await keepTurns(suite, { threadId: body.thread.id }, TURNS);
    const { page } = await openChat();
    const asked = page.waitForRequest((one) => one.url().includes(`/thread/${body.thread.slug}/chats`));
    await page.getByRole('link', { name: 'Long' }).click();
    expect((await asked).url()).toContain('limit=101');
    await turns(page).getByText(`Question ${TURNS}`, { exact: true }).waitFor();
    expect(await turns(page).count()).toBe(30);
    const earlier = page.getByRole('button', { name: 'Show earlier turns' });
    for (let shown = 30; shown < TURNS; shown += 30) {
      await earlier.press('Enter');
      await expect.poll(() => turns(page).count()).toBe(Math.min(TURNS, shown + 30));
    }
    await turns(page).first().getByText('Question 1', { exact: true }).waitFor();
  });

  test('a failure is shown at its question, and the question is asked again with one press', async () => {
    suite.chats.answer(json({ error: { message: 'no', type: 'x', code: 'x', param: null } }, 400));
    const { page, inspect, complaints } = await openChat();
    await ask(page, 'When does the ferry leave?');
    await page.getByRole('alert').waitFor();
    await inspect('workspace-chat-failed');
    complaints.splice(0);
    suite.chats.answer(says(['At nine.']));
    await page.getByRole('button', { name: 'Ask again' }).click();
    await turns(page).getByText('At nine.').waitFor();
    await expect.poll(() => turns(page).count()).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('HTML, scripts, images and addresses that a model writes stay text', async () => {
    suite.chats.answer(says([MARKDOWN_PAYLOAD]));
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
    await suite.chats.add(suite.slug, NAME_PAYLOAD, `Zanzibar ${MARKDOWN_PAYLOAD}`);
    suite.chats.answer(says(['Here.']));
    const { page } = await openChat();
    await ask(page, 'Zanzibar Before the attack');
    await page.getByRole('button', { name: /^Source 1: / }).click();
    await page.getByRole('region', { name: 'Text of the source' }).waitFor();
    await expectHarmless(page);
  });

  test('a thread is made, named by its first question, renamed and deleted', async () => {
    suite.chats.answer(says(['In the thread.']));
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
    const deletion = page.getByRole('menuitem', { name: 'Delete' });
    await deletion.press('Enter');
    // Enter twice in a row does no harm.
    const cancel = page.getByRole('dialog').getByRole('button', { name: 'Cancel' });
    await expect.poll(() => cancel.evaluate((one) => one.matches(':focus'))).toBe(true);
    await page.keyboard.press('Enter');
    await cancel.waitFor({ state: 'hidden' });
    await list.getByRole('button', { name: `Change ${NAME_PAYLOAD}` }).click();
    await deletion.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Ask the first question').waitFor();
    expect(page.url()).not.toContain('thread=');
    expect(await list.getByRole('link').allTextContents()).toEqual(['Your conversation']);
  });

  test('before a question is typed, the page says that no model can answer and leads to where that is changed', async () => {
    await suite.chats.post(`/workspace/${suite.slug}/update`, { chatModel: 'gone-model' });
    const { page, inspect } = await openChat();
    const notice = page.getByRole('status').filter({ hasText: 'No model can answer in this workspace' });
    await notice.getByText('The model "gone-model" does not exist.').waitFor();
    await inspect('workspace-chat-no-model');
    await notice.getByRole('link', { name: 'Add an upstream' }).waitFor();
    // Nobody is kept from asking: a model may be there a moment later.
    await page.getByRole('textbox', { name: 'Question' }).fill('Half a question');
    expect(await page.getByRole('button', { name: 'Send' }).isEnabled()).toBe(true);
    await suite.chats.post(`/workspace/${suite.slug}/update`, { chatModel: null });
    await notice.waitFor({ state: 'detached' });
    expect(await page.getByRole('textbox', { name: 'Question' }).inputValue()).toBe('Half a question');
  });

  test('on a phone the conversations are in a dialog, and nothing is wider than the screen', async () => {
    suite.chats.answer(says(['On the phone.']));
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
