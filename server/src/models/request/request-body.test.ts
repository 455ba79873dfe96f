import { describe, expect, test } from 'vitest';
import { rewriteBody, type JsonObject } from './request-body.ts';

function rewritten(text: string, options: { upstreamModel?: string; includeUsage?: boolean } = {}): string {
  const { upstreamModel = 'up', includeUsage = false } = options;
  const body = Buffer.from(text);
  return rewriteBody({
    body,
    parsed: JSON.parse(text) as JsonObject,
    upstreamModel,
    includeUsage,
  }).toString();
}

describe('the body for an upstream', () => {
  test('The body for an upstream is the same bytes if nothing has to change', () => {
    const body = Buffer.from(' {\n "model" : "up", "big": 12345678901234567890, "text": "\\u00fc\\/" }\n');
    const parsed = JSON.parse(body.toString()) as JsonObject;
    expect(rewriteBody({ body, parsed, upstreamModel: 'up', includeUsage: false })).toBe(body);
  });

  test.for([
    ['{"model":"m"}', '{"model":"up"}'],
    [
      '{ "messages": [{"model":"m","x":"\\"model\\":\\"m\\""}],\n"model" : "m" , "n":1.0e0}',
      '{ "messages": [{"model":"m","x":"\\"model\\":\\"m\\""}],\n"model" : "up" , "n":1.0e0}',
    ],
    ['{"a":"model","model":"m","b":{"model":["m"]}}', '{"a":"model","model":"up","b":{"model":["m"]}}'],
    ['{"a":"\\\\","model":"m","b":"}{][,:"}', '{"a":"\\\\","model":"up","b":"}{][,:"}'],
    ['{"ü🌍":"m","model":"m"}', '{"ü🌍":"m","model":"up"}'],
  ])('The body for an upstream has only the name replaced: %s', ([given = '', expected]) => {
    expect(rewritten(given)).toBe(expected);
  });

  test.for([
    ['{"model":"m"}', '{"model":"m","stream_options":{"include_usage":true}}'],
    ['{"model":"m" } ', '{"model":"m" ,"stream_options":{"include_usage":true}} '],
    ['{"stream_options":{"x":1},"model":"m"}', '{"stream_options":{"x":1,"include_usage":true},"model":"m"}'],
    ['{"model":"m","stream_options":null}', '{"model":"m","stream_options":{"include_usage":true}}'],
    [
      '{"model":"m","stream_options":{"include_usage":false}, "a":1}',
      '{"model":"m","stream_options":{"include_usage":true}, "a":1}',
    ],
  ])('The body for an upstream asks for usage and keeps the rest: %s', ([given = '', expected]) => {
    expect(rewritten(given, { upstreamModel: 'm', includeUsage: true })).toBe(expected);
  });

  test('The body for an upstream has the name and the stream options replaced at once', () => {
    expect(rewritten('{"stream_options":{},"model":"m"}', { includeUsage: true })).toBe(
      '{"stream_options":{"include_usage":true},"model":"up"}',
    );
  });

  test.for([
    '{"model":"denied","model":"m"}',
    '{"model":"denied","mod\\u0065l":"m"}',
    '{"mod\\u0065l":"denied","model":"m"}',
    '{"model":"\\u006d"}',
  ])('The body for an upstream names only the model that was checked: %s', (text) => {
    const body = Buffer.from(text);
    const parsed = JSON.parse(text) as JsonObject;
    const sent = rewriteBody({ body, parsed, upstreamModel: 'm', includeUsage: false }).toString();
    expect(sent).toBe('{"model":"m"}');
  });
});
