import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

const FOCUSED = `(() => {
  const { id, textContent } = document.activeElement;
  return id === 'main' ? 'the content' : textContent;
})()`;
const focused = (page: Page): Promise<unknown> => page.evaluate(FOCUSED);

describeOnServer('sqlite', 'the focus of people who use the keyboard', (start) => {
  let server: TestServer;
  let key: NewKey;
  beforeAll(async () => {
    server = await start();
    key = await server.mint({ name: 'typed' });
  });
  const open = (tab = '') =>
    openConsole(server, { signIn: { key: server.adminKey }, path: `/keys/${key.id}${tab}` });
  const press = (page: Page, name: string): Promise<void> =>
    page.getByRole('button', { name, exact: true }).press('Enter');

  test('a button that was disabled while it worked has the focus again', async () => {
    const { page } = await open('?tab=refusals');
    await press(page, 'Explain');
    await page.getByText('It would be let in now').waitFor();
    await expect.poll(() => focused(page)).toBe('Explain');
  });

  test('on a phone the open tab is inside the screen, also after a deep link', async () => {
    const { page, open: go } = await open();
    await page.setViewportSize({ width: 390, height: 844 });
    await go(`/keys/${key.id}?tab=history`);
    const tab = page.getByRole('tab', { name: 'History' });
    await tab.waitFor();
    const right = async (): Promise<number> => {
      const { x, width } = (await tab.boundingBox()) ?? { x: Infinity, width: 0 };
      return x + width;
    };
    await expect.poll(right).toBeLessThanOrEqual(390);
  });

  test('a dialog gives the focus back to the button that opened it', async () => {
    const { page } = await open();
    await press(page, 'Rotate');
    await page.getByRole('dialog', { name: 'Rotate typed' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Rotate');
    await press(page, 'Stop it ▾');
    await page.getByRole('menuitem', { name: 'Revoke…' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).press('Enter');
    await expect.poll(() => focused(page)).toBe('Stop it ▾');
  });

  test('where the button is gone with its dialog, the next Tab goes on in the content of the page', async () => {
    const { page } = await open();
    await press(page, 'Stop it ▾');
    await page.getByRole('menuitem', { name: 'Revoke…' }).press('Enter');
    await page.getByRole('textbox', { name: 'Reason' }).press('Enter');
    await page.getByRole('button', { name: 'Restore' }).waitFor();
    await expect.poll(() => focused(page)).toBe('the content');
    await page.keyboard.press('Tab');
    await expect.poll(() => focused(page)).toBe('admin');
  });

  test.for([
    ['at once', ''],
    ['after the dialog that it had opened', 'dialog'],
  ])('where a button goes %s, the next Tab goes on in the content', async ([, dialog]) => {
    const { page } = await open();
    await page.getByRole('heading', { name: 'typed' }).waitFor();
    await page.evaluate(`(async () => {
      const button = document.querySelector('main').appendChild(document.createElement('button'));
      button.focus();
      if ('${dialog}' !== '') {
        const above = document.body.appendChild(document.createElement('div'));
        above.dataset.portal = 'true';
        above.append(document.createElement('button'));
        above.firstChild.focus();
        above.remove();
        await new Promise(requestAnimationFrame);
      }
      if (document.activeElement !== button) throw new Error('The button has no focus.');
      button.remove();
    })()`);
    await expect.poll(() => focused(page)).toBe('the content');
  });

  test('a click beside everything takes the focus away for good', async () => {
    const { page } = await open();
    await page.getByRole('heading', { name: 'typed' }).waitFor();
    await page.evaluate(`(() => {
      const button = document.querySelector('main').appendChild(document.createElement('button'));
      button.focus();
      button.blur();
      setTimeout(() => button.remove());
    })()`);
    await page.waitForFunction('document.querySelector("main > button:last-child") === null');
    expect(await focused(page)).not.toBe('the content');
  });

  test('a link to another page leads to its content, not to the top of the window', async () => {
    const { page } = await open();
    await page.locator('main').getByRole('link', { name: 'admin' }).first().press('Enter');
    await page.getByRole('heading', { name: 'admin', level: 1 }).waitFor();
    await expect.poll(() => focused(page)).toBe('the content');
  });
});
