import type { Page } from 'playwright-core';
import { heldBy, openConsole } from '../console/test/browser.ts';
import { randomSecret, type Canaries } from './canaries.ts';
import type { SecretsLife } from './secrets-life.ts';

/** What the page holds now becomes a trace. */
async function note(life: SecretsLife, page: Page, when: string): Promise<void> {
  life.traces.push({ where: `the console after ${when}`, bytes: Buffer.from(await heldBy(page)) });
}

async function noteSession(canaries: Canaries, page: Page, whose: string): Promise<void> {
  const [cookie] = await page.context().cookies();
  if (cookie === undefined) throw new Error(`nobody is signed in ${whose}`);
  canaries.add(`cookie of the console ${whose}`, cookie.value);
}

async function mintKey(life: SecretsLife, canaries: Canaries, page: Page): Promise<void> {
  await page.goto('/keys/new');
  await page.getByRole('textbox', { name: 'Name' }).fill('made in the console');
  await page.getByRole('checkbox', { name: 'Call any model' }).click();
  await page.getByRole('button', { name: 'Make the key' }).click();
  const dialog = page.getByRole('dialog');
  canaries.add('key made in the console', await dialog.getByLabel('Secret', { exact: true }).innerText());
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.getByRole('button', { name: 'Close without a copy' }).click();
  await page.getByRole('heading', { name: 'made in the console' }).waitFor();
  await note(life, page, 'a key was made');
}

/** Before there are people: the admin key is typed into the page, first with a mistake, and makes a key. */
export async function consoleWithKey(
  life: SecretsLife,
  canaries: Canaries,
  { url, adminKey }: { url: string; adminKey: string },
): Promise<void> {
  const { page, complaints } = await openConsole({ url }, { path: '/sign-in' });
  const wrong = canaries.add('a wrong key in the console', randomSecret('sk-kw1'));
  for (const key of [wrong, adminKey]) {
    await page.getByLabel('Admin key').fill(key);
    await page.keyboard.press('Enter');
    if (key === wrong) await page.getByRole('alert').waitFor();
  }
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  complaints.splice(0);
  await noteSession(canaries, page, 'with the key');
  await note(life, page, 'signing in with a key');
  await mintKey(life, canaries, page);
  await page.context().close();
}

/** An administrator invites somebody and makes recovery codes; the guest makes an account; the codes set a new password. */
export async function consoleOfPeople(life: SecretsLife, canaries: Canaries, url: string): Promise<void> {
  const password = (whose: string): string => canaries.add(`password ${whose}`, randomSecret('pw'));
  const cleo = { username: 'cleo', password: password('of cleo') };
  await life.ask('POST', '/v1/admin/users/new', { body: { ...cleo, role: 'admin' } });
  const { page } = await openConsole({ url }, { path: '/sign-in' });
  await page.getByLabel('Username').fill(cleo.username);
  await page.getByLabel(/^Password/).fill(cleo.password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: cleo.username }).waitFor();
  await noteSession(canaries, page, 'of cleo');
  await note(life, page, 'signing in with a password');
  const link = await inviteLink(life, canaries, page);
  const guest = await openConsole({ url }, { path: new URL(link).pathname });
  await guest.page.getByLabel('Username').fill('console-guest');
  await guest.page.getByLabel(/^Password/).fill(password('of a guest of the console'));
  await guest.page.keyboard.press('Enter');
  await guest.page.getByRole('button', { name: 'console-guest' }).waitFor();
  await noteSession(canaries, guest.page, 'of the guest');
  await note(life, guest.page, 'accepting an invite');
  const codes = await recoveryCodes(life, canaries, { page, password: cleo.password });
  const lost = await openConsole({ url }, { path: '/recover' });
  await lost.page.getByLabel('Username').fill(cleo.username);
  await lost.page.getByLabel('First recovery code').fill(codes[0] ?? '');
  await lost.page.getByLabel('Second recovery code').fill(codes[1] ?? '');
  await lost.page.getByLabel('New password').fill(password('of cleo, recovered'));
  await lost.page.keyboard.press('Enter');
  await lost.page.getByRole('button', { name: cleo.username }).waitFor();
  await noteSession(canaries, lost.page, 'of cleo, recovered');
  await note(life, lost.page, 'recovering an account');
  for (const one of [page, guest.page, lost.page]) await one.context().close();
}

async function inviteLink(life: SecretsLife, canaries: Canaries, page: Page): Promise<string> {
  await page.goto('/people');
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  const dialog = page.getByRole('dialog');
  const link = await dialog.getByLabel('Link of the invite').innerText();
  canaries.add('code of an invite of the console', link.slice(link.lastIndexOf('/') + 1));
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await note(life, page, 'inviting somebody');
  return link;
}

async function recoveryCodes(
  life: SecretsLife,
  canaries: Canaries,
  { page, password }: { page: Page; password: string },
): Promise<string[]> {
  await page.goto('/account');
  await page.getByLabel('Current password').last().fill(password);
  await page.getByRole('button', { name: 'Make new codes' }).click();
  const dialog = page.getByRole('dialog');
  const codes = (await dialog.getByLabel('Recovery codes').innerText()).split('\n');
  for (const [index, code] of codes.entries()) canaries.add(`recovery code ${index} of the console`, code);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await note(life, page, 'making recovery codes');
  return codes;
}
