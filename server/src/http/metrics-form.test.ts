import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../test/upstream.ts';

/** The rules of `promtool check metrics` (promlint), and of the text format. */
const UNITS_ABBREVIATED = /_(?:s|ms|us|ns|sec|b|kb|mb|gb|tb|pb|m|h|d)(?:_|$)/;
const UNITS_NOT_BASE =
  /_(?:milliseconds?|microseconds?|nanoseconds?|minutes?|hours?|days?|weeks?|kilobytes?|megabytes?|gigabytes?|bits?|percent)(?:_|$)/;
const SAMPLE = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (-?(?:\d[\d.]*(?:e[+-]?\d+)?|Nan|\+Inf))$/i;
const LABELS = /^(?:[a-z_][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,|$))*$/;

function faultsIn(text: string): string[] {
  const faults: string[] = [];
  const helped = new Map<string, string>();
  const typed = new Map<string, string>();
  const seen = new Set<string>();
  let latest = '';
  const familyOf = (name: string): string =>
    [name, name.replace(/_(?:bucket|sum|count)$/, '')].find((one) => typed.has(one)) ?? '';
  if (!text.endsWith('\n')) faults.push('no line feed at the end');
  for (const line of text.split('\n').slice(0, -1)) {
    const [, kind, name = '', words = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind !== undefined) {
      const known = kind === 'HELP' ? helped : typed;
      if (known.has(name)) faults.push(`${name} has two lines of ${kind}`);
      if (words === '') faults.push(`${name} has an empty ${kind}`);
      known.set(name, words);
      continue;
    }
    const [, sample = '', labels = ''] = SAMPLE.exec(line) ?? [];
    if (sample === '' || !LABELS.test(labels)) {
      if (line !== '') faults.push(`unreadable: ${line}`);
      continue;
    }
    const id = `${sample}{${labels}}`;
    if (seen.has(id)) faults.push(`${id} is there twice`);
    seen.add(id);
    const family = familyOf(sample);
    if (family === '') faults.push(`${sample} has no TYPE before it`);
    if (
      family !== latest &&
      [...seen].some((one) => one !== id && familyOf(one.split('{')[0] ?? '') === family)
    )
      faults.push(`the lines of ${family} do not stand together`);
    latest = family;
  }
  for (const [name, type] of typed)
    faults.push(...namingFaults(name, type).map((fault) => `${name} ${fault}`));
  for (const name of typed.keys()) if (!helped.has(name)) faults.push(`${name} has no HELP`);
  return faults;
}

function namingFaults(name: string, type: string): string[] {
  return [
    ...(type === 'counter' && !name.endsWith('_total') ? ['is a counter without _total'] : []),
    ...(type !== 'counter' && name.endsWith('_total') ? ['has _total and is no counter'] : []),
    ...(/_(?:counter|gauge|histogram|summary)(?:_|$)/.test(name) ? ['names its type'] : []),
    ...(type !== 'histogram' && /_(?:bucket|sum)$/.test(name) ? ['ends like a part of a histogram'] : []),
    ...(UNITS_ABBREVIATED.test(name) ? ['has an abbreviated unit'] : []),
    ...(UNITS_NOT_BASE.test(name) ? ['has no base unit'] : []),
    ...(/[A-Z:]/.test(name) ? ['has upper case or a colon'] : []),
  ];
}

describeOnServer('sqlite', 'the form of the metrics', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    const prices = {
      'gpt-test': { input_usd_per_million_tokens: '1000', output_usd_per_million_tokens: '0' },
    };
    const body = { name: 'odd-"name', base_url: upstream.baseUrl, models: ['gpt-test'], prices };
    const { text } = await server.request<{ id: string }>('POST', '/v1/upstreams', {
      body: { ...body, name: 'one' },
    });
    const { id } = JSON.parse(text) as { id: string };
    upstream.answer(json(chatAnswer()));
    const question = { model: 'gpt-test', messages: [{ role: 'user', content: 'x' }] };
    await server.request('POST', '/v1/chat/completions', { body: question, isPassedOn: true });
    await server.request('POST', `/v1/upstreams/${id}/test`);
    await server.request('GET', '/v1/nothing');
    await server.request('POST', '/v1/keys/verify', { body: { key: server.adminKey } });
    await server.request('POST', '/v1/keys/verify', { body: { key: 'sk-unknown' } });
    await server.request('POST', '/v1/keys/verify', { body: { key: 'sk-unknown' } });
  });
  afterAll(() => upstream.close());
  const metrics = async (): Promise<string> => (await server.request<string>('GET', '/metrics')).text;

  test('the metrics have what promtool check metrics asks for: help, type, names, units, no line twice', async () => {
    const text = await metrics();
    expect(text.length).toBeGreaterThan(2_000);
    expect(faultsIn(text)).toEqual([]);
  });

  test('the check of the form finds what promtool finds', () => {
    const bad = [
      '# HELP a_total x\n# TYPE a_total gauge\na_total 1\n',
      '# HELP a x\n# TYPE a counter\na 1\n',
      '# TYPE a gauge\na 1\n',
      'a 1\n',
      '# HELP a_ms x\n# TYPE a_ms gauge\na_ms 1\n',
      '# HELP a x\n# TYPE a gauge\na 1\na 1\n',
      '# HELP a x\n# TYPE a gauge\na{b="c} 1\n',
      '# HELP a x\n# TYPE a gauge\na 1',
    ];
    expect(bad.filter((text) => faultsIn(text).length === 0)).toEqual([]);
  });

  test('the metrics have the cost of models in USD, and verifications by their code', async () => {
    const text = await metrics();
    expect(text).toMatch(/^keyward_usd_total\{model="gpt-test"\} 0\.011$/m);
    expect(text).toMatch(/^keyward_key_verifications_total\{code="valid"\} 1$/m);
    expect(text).toMatch(
      /^keyward_key_verifications_total\{code="(?:unknown|not_found|invalid)[a-z_]*"\} 2$/m,
    );
  });
});
