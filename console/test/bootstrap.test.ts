import assert from 'node:assert/strict';
import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';
import { reportOf } from './stack-report.ts';

const PAYLOAD = '<img src=x onerror=alert(1)>';

const seen = (state: string) => ({
  state,
  place: 'vault:kv/data/app#KEY',
  copies: [],
  source: 'random',
  stored_at: '2026-11-29T10:00:00.000Z',
  verdict: null,
  service_key_id: null,
});

describeOnServer('sqlite', 'the pages of the bootstrap', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    const answer = await server.request('POST', '/v1/bootstrap/reports', {
      body: reportOf([
        { id: 'session', action: 'create', revoked: [], reason: null, seen: seen('in_step') },
        { id: 'app', action: 'none', revoked: [], reason: PAYLOAD, seen: seen('edited') },
      ]),
    });
    assert.equal(answer.status, 200, answer.text);
  });

  test('managed keys are listed with their place and drift, and a key says what to do', async () => {
    const { page } = await openConsole(server, {
      signIn: { key: server.adminKey },
      path: '/bootstrap',
    });
    const table = page.getByRole('table', { name: 'Managed keys' });
    await table.getByText('in step').waitFor();
    await page.getByPlaceholder('Any').last().click();
    await page.getByRole('option', { name: 'edited' }).click();
    await table.getByText('in step').waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${server.url}/bootstrap?state=edited`);
    await page.getByRole('textbox', { name: 'Stack' }).fill('other');
    await page.getByText('No key fits').waitFor();
    await page.getByRole('textbox', { name: 'Stack' }).fill('');
    await table.getByRole('link', { name: 'app' }).click();
    await page.getByText('Somebody else changed the value.').waitFor();
    await page.getByText(PAYLOAD).first().waitFor();
  });

  test('a pasted plan is shown as a difference, and anything else is refused in words', async () => {
    const { page, inspect } = await openConsole(server, {
      signIn: { key: server.adminKey },
      path: '/bootstrap/plan',
    });
    const field = page.getByRole('textbox', { name: 'Output of the plan' });
    await field.fill('{"keys": 1}');
    await page.getByText('must be the JSON that the command prints').waitFor();
    const keys = [
      {
        id: 'session',
        action: 'create',
        place: 'vault:kv/a#S',
        source: 'random',
        reason: 'absent',
        copies: ['files:s'],
      },
      { id: 'app', action: 'none', place: 'vault:kv/a#K', copies: [] },
      { id: 'old', action: 'blocked', place: PAYLOAD, copies: [], steps: 'Give a value.' },
    ];
    await field.fill(JSON.stringify({ keys }));
    await page.getByText('2 of 3 keys change.').waitFor();
    await page.getByText('session: files:s (copy)').waitFor();
    await inspect('bootstrap-plan');
  });
});
