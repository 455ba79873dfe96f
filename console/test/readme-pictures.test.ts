import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { CHAT_MODEL, says, startChats, type ChatServer } from '../../server/src/chat/chats.fixture.ts';
import { addHours, type HourRow } from '../../server/src/usage/counter-store.ts';
import { describeOnServer, type NewKey, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const HOUR_MS = 3_600_000;
const DAYS = 7;
const WORKSPACE = 'Staff handbook';
const DOCUMENTS: [title: string, text: string][] = [
  [
    'Holidays and leave',
    'Everybody has 28 days of holiday a year. Days of holiday that are not taken move to the next year, until the end of March.',
  ],
  [
    'Travel expenses',
    'A hotel may cost 140 euros a night, in capitals 180 euros. Send the receipt to finance.',
  ],
];
const QUESTIONS: [question: string, answer: string][] = [
  [
    'How many days of holiday do I have, and what happens to those that I do not take?',
    'You have **28 days** of holiday a year.\n\n- Days that are not taken move to the next year.\n- They end on 31 March.',
  ],
  [
    'What may a hotel cost a night, in capitals and elsewhere?',
    '| Place | Euros a night |\n|---|---|\n| Capitals | 180 |\n| Elsewhere | 140 |',
  ],
];

/** Usage of a week with nights and a weekend. */
function usageOf({ id, key }: NewKey): HourRow[] {
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  return Array.from({ length: DAYS * 24 }, (_, ago) => now - ago * HOUR_MS).flatMap((hour) => {
    const at = new Date(hour);
    const day = 0.25 + Math.max(0, Math.sin(((at.getHours() - 6) / 24) * Math.PI * 2));
    const all = Math.round(420 * day * (at.getDay() % 6 === 0 ? 0.35 : 1));
    const refused = at.getHours() === 11 ? Math.round(all / 8) : 0;
    const row = (code: string, requests: number): HourRow => ({
      hour,
      key_id: id,
      owner_id: key.owner.id,
      model: 'gpt-4o-mini',
      worker: '',
      code,
      requests,
      tokens_in: requests * 310,
      tokens_out: requests * 140,
      usd_nano: requests * 130_000,
      gpu_ms: 0,
      estimated_requests: 0,
    });
    return [row('ok', all - refused), ...(refused === 0 ? [] : [row('rate_limited', refused)])];
  });
}

async function keepKey(server: TestServer): Promise<string> {
  const { body: owner } = await server.request<{ id: string }>('POST', '/v1/owners', {
    body: { name: 'Search team', kind: 'team' },
  });
  const key = await server.mint({
    name: 'search-api',
    owner: owner.id,
    scopes: ['models:use'],
    tags: ['production'],
    selectors: { models: { allow: ['gpt-4o', 'gpt-4o-mini'], deny: [] } },
    limits: [{ name: 'per minute', requests: 600, window_seconds: 60 }],
    budgets: [{ name: 'monthly', unit: 'requests', amount: '200000', period: 'month' }],
  });
  await server.app.core.storage.transaction((tx) => addHours(tx, usageOf(key)));
  await server.request('POST', `/v1/keys/${key.id}/rotate`, { body: { overlap_seconds: 86_400 } });
  return key.id;
}

async function keepWorkspace(chats: ChatServer): Promise<string> {
  const { body } = await chats.server.request<{ workspace: { slug: string } }>('POST', '/v1/workspace/new', {
    body: { name: WORKSPACE, chatModel: CHAT_MODEL },
  });
  const { slug } = body.workspace;
  for (const [title, text] of DOCUMENTS) await chats.add(slug, title, text);
  return slug;
}

async function ask(chats: ChatServer, page: Page): Promise<void> {
  for (const [question, answer] of QUESTIONS) {
    chats.answer(says([answer]));
    await page.getByRole('textbox', { name: 'Question' }).fill(question);
    await page.keyboard.press('Enter');
    const turn = page.getByRole('article').filter({ hasText: question });
    await turn.getByRole('button', { name: 'Good answer' }).waitFor();
  }
}

describeOnServer('sqlite', 'the pictures of the README', (start) => {
  // `make screenshots` draws them anew.
  test.runIf(process.env['KEYWARD_SCREENSHOTS'] === '1')(
    'are drawn from pages with real content',
    async () => {
      const chats = await startChats(start, ['gpt-4o', 'gpt-4o-mini']);
      const { server } = chats;
      const key = await keepKey(server);
      const slug = await keepWorkspace(chats);
      const signIn = { key: server.adminKey };
      const { page, open } = await openConsole(server, { signIn, path: `/keys/${key}` });
      const keep = (name: string): Promise<Buffer> =>
        page.screenshot({ path: `${IMAGES}${name}.png`, animations: 'disabled' });
      await page.getByRole('img', { name: /requests, .* refused$/ }).waitFor();
      await expect.poll(() => page.locator('canvas').count()).toBe(1);
      await page.getByText('of 200,000 requests a month').waitFor();
      await keep('console-key');
      await open(`/workspaces/${slug}`);
      await ask(chats, page);
      await keep('console-chat');
    },
  );
});
