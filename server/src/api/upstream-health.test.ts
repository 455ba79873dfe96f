import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { json, startTestUpstream, type TestUpstream } from '../../test/upstream.ts';

interface Shown {
  id: string;
  name: string;
  health: {
    state: string;
    open_models: string[];
    retry_in_seconds: number | null;
    last_test: { ok: boolean; at: string; detail: string } | null;
  };
}

describeOnServer('sqlite', 'the health of upstreams', (start) => {
  let server: TestServer;
  let good: TestUpstream;
  let gone: TestUpstream;
  let goneId = '';
  const made: Shown[] = [];
  beforeAll(async () => {
    [server, good, gone] = await Promise.all([start(), startTestUpstream(), startTestUpstream()]);
    for (const [name, { baseUrl }] of Object.entries({ good, gone })) {
      const body = {
        name,
        base_url: baseUrl,
        api_key: 'upstream-secret-0123456789',
        models: [`${name}-model`],
      };
      const answer = await server.request<Shown>('POST', '/v1/upstreams', { body });
      made.push(answer.body);
      if (name === 'gone') goneId = answer.body.id;
    }
    await gone.close();
    good.answer(json({ choices: [], data: [{ id: 'good-model' }] }));
  });
  afterAll(() => good.close());
  const healthOf = async (name: string): Promise<Shown['health'] | undefined> => {
    const { body } = await server.request<{ items: Shown[] }>('GET', '/v1/upstreams');
    return body.items.find((one) => one.name === name)?.health;
  };
  const ask = (name: string) =>
    server.request('POST', '/v1/chat/completions', {
      isPassedOn: true,
      body: { model: `${name}-model`, messages: [] },
    });
  const metric = async (name: string): Promise<string[]> =>
    (await server.request<string>('GET', '/metrics')).text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`));

  test('an upstream that no request was sent to is unused', () => {
    const unused = { state: 'unused', open_models: [], retry_in_seconds: null, last_test: null };
    expect(made.map(({ health }) => health)).toEqual([unused, unused]);
  });

  test('an upstream that cannot be reached is failing, then its circuit is open, in the list and in the metrics', async () => {
    await ask('good');
    expect((await ask('gone')).status).toBe(502);
    expect(await healthOf('gone')).toMatchObject({ state: 'failing', open_models: [] });
    for (let i = 0; i < 4; i++) await ask('gone');
    const health = await healthOf('gone');
    expect(health).toMatchObject({ state: 'open', open_models: ['gone-model'] });
    expect(health?.retry_in_seconds).toBeGreaterThan(5);
    expect(await healthOf('good')).toMatchObject({ state: 'ok', open_models: [], retry_in_seconds: null });
    expect((await metric('keyward_upstream_up')).sort()).toEqual([
      'keyward_upstream_up{upstream="gone"} 0',
      'keyward_upstream_up{upstream="good"} 1',
    ]);
    expect(await metric('keyward_upstream_open_models')).toContain(
      'keyward_upstream_open_models{upstream="gone"} 1',
    );
  });

  test('the last test of an upstream is in the list and in the metrics, without its credential', async () => {
    expect(await metric('keyward_upstream_test_success')).toEqual([]);
    await server.request('POST', `/v1/upstreams/${goneId}/test`);
    const { last_test } = (await server.request<Shown>('GET', `/v1/upstreams/${goneId}`)).body.health;
    expect(last_test?.ok).toBe(false);
    expect(Date.parse(last_test?.at ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(last_test?.detail).not.toBe('');
    expect(JSON.stringify(last_test)).not.toContain('upstream-secret');
    expect(await metric('keyward_upstream_test_success')).toEqual([
      'keyward_upstream_test_success{upstream="gone"} 0',
    ]);
  });

  test('an upstream that was removed has no line in the metrics', async () => {
    await server.request('DELETE', `/v1/upstreams/${goneId}`);
    expect(await metric('keyward_upstream_up')).toEqual(['keyward_upstream_up{upstream="good"} 1']);
    expect(await metric('keyward_upstream_test_success')).toEqual([]);
  });
});
