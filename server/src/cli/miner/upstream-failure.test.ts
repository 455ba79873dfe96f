import { expect, test } from 'vitest';
import { failureOf } from './upstream-failure.ts';

const openai = (message: string, code: string | null = null) => JSON.stringify({ error: { message, code } });

test.for([
  ['oom', 500, '{"error":"model requires more system memory (5.6 GiB) than is available (3.1 GiB)"}'],
  ['oom', 500, openai('CUDA out of memory. Tried to allocate 2.00 GiB')],
  ['model_missing', 404, '{"error":{"message":"model \\"gemma3:1b\\" not found, try pulling it first"}}'],
  ['model_missing', 404, openai('The model `x` does not exist', 'model_not_found')],
  [
    'context_too_long',
    400,
    openai("This model's maximum context length is 4096 tokens.", 'context_length_exceeded'),
  ],
  ['context_too_long', 400, openai('the request exceeds the available context size, try increasing it')],
  [
    'refused',
    400,
    openai('Your request was rejected as a result of our safety system.', 'content_policy_violation'),
  ],
  ['refused', 403, openai('The response was filtered due to the prompt', 'content_filter')],
  ['bad_payload', 400, openai("'messages' is a required property")],
  ['bad_payload', 422, '{"detail":"temperature: must be a number"}'],
  ['upstream_error', 429, openai('Rate limit reached')],
  ['upstream_error', 401, openai('Incorrect API key provided: abcdefgh')],
  ['upstream_error', 502, '<html>Bad Gateway</html>'],
  ['upstream_error', 503, ''],
] as const)('An upstream that fails like this is %s: %i %s', ([code, status, text]) => {
  const failure = failureOf(status, text, (shown) => shown.replaceAll('abcdefgh', '[key]'));
  expect(failure.code).toBe(code);
  expect(failure.message).not.toBe('');
  expect(failure.message).not.toContain('abcdefgh');
});
