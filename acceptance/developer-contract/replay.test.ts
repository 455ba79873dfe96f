import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeOnBothServers, type StartServer } from '../../server/test/server.ts';
import { startTestUpstream, type TestUpstream } from '../../server/test/upstream.ts';
import { models } from './models.ts';
import { Scenario, stepsOf } from './scenario.ts';

/** Each has a fresh instance, which replays its recordings in order. */
const LIVES = [
  {
    recordings: [
      '1-admin-workspaces',
      '2-documents',
      '3-chat-threads',
      '4-openai-embed-system',
      '5-multiuser-keys-embedwidget',
    ],
    environment: {},
  },
  { recordings: ['6-sso'], environment: { KEYWARD_SIMPLE_SSO: 'on' } },
  { recordings: ['7-password-mode'], environment: {} },
  // Not recorded: the key had been deleted by then. From the tables of the contract.
  { recordings: ['8-multi-user'], environment: {} },
];

describeOnBothServers('the recorded pairs of the Developer API', (start) => {
  let upstream: TestUpstream;
  beforeAll(async () => {
    upstream = await startTestUpstream();
    upstream.answer(models);
  });
  afterAll(() => upstream.close());

  describe.each(LIVES)('$recordings', ({ recordings, environment }) => {
    let scenario: Scenario;
    beforeAll(async () => {
      scenario = await begin(start, upstream, environment);
    });

    describe.each(recordings)('%s', (recording) => {
      test.each(stepsOf(recording))('$pair: $request $body', async (step) => {
        expect(await scenario.play(step)).toEqual([]);
      });
    });
  });
});

async function begin(
  start: StartServer,
  { baseUrl }: TestUpstream,
  environment: Record<string, string>,
): Promise<Scenario> {
  const server = await start(environment);
  const body = { name: 'models', base_url: baseUrl, models: ['chat', 'all-minilm-l6-v2'] };
  await server.request('POST', '/v1/upstreams', { body });
  return new Scenario(server, { key: server.adminKey, nonsense: 'not.a.token' });
}
