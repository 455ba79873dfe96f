import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServerProcess } from '../../../test/server-processes.ts';
import { describeOnBothServers } from '../../../test/server.ts';
import { stream } from '../../../test/upstream.ts';
import { piece } from '../../chat/chats.fixture.ts';
import { SITE, WidgetPage } from './widget.fixture.ts';

describeOnBothServers('a widget that is closed while a visitor is being answered', (start) => {
  let page: WidgetPage;
  beforeAll(async () => {
    page = await WidgetPage.open(start);
    await page.reset();
  });
  afterAll(() => page.upstream.close());

  const ENDINGS: [string, (uuid: string) => Promise<unknown>][] = [
    ['deleted', (uuid) => page.server.request('DELETE', `/v1/embed/${uuid}`)],
    ['disabled', (uuid) => page.server.request('POST', `/v1/embed/${uuid}`, { body: { enabled: false } })],
  ];
  test.for(ENDINGS)('answers no further when it is %s, on another process too', async ([, close]) => {
    const other = await startServerProcess(page.server.environment);
    const uuid = await page.make();
    page.upstream.answer(stream([piece('half of an answer')], { end: 'hang' }));
    const asked = await fetch(`${other.url}/api/embed/${uuid}/stream-chat`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', origin: SITE },
      body: JSON.stringify({ sessionId: '3f0b8b2e-5d0c-4c7a-9a53-0f6f3c1f8a11', message: 'Hi' }),
    });
    const reader = asked.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('half of an answer')) text += (await reader?.read())?.value ?? '';
    await close(uuid);
    await page.asked().at(-1)?.aborted;
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      text += part.value;
    expect(text).toContain('(request_stopped)');
  });

  test('answers on when only its settings change', async () => {
    const uuid = await page.make();
    const { promise: more, resolve: goOn } = Promise.withResolvers<void>();
    page.upstream.answer(async (response, received) => {
      await stream([piece('half of an answer')], { end: 'hang' })(response, received);
      await more;
      response.end('data: [DONE]\n\n');
    });
    const asked = page.ask(uuid);
    await expect.poll(() => page.server.app.core.nodes.runs.newest().length).toBe(1);
    await page.server.request('POST', `/v1/embed/${uuid}`, { body: { message_limit: 5 } });
    goOn();
    expect((await asked).text).toContain('half of an answer');
    expect((await asked).text).not.toContain('request_stopped');
  });
});
