import type { Route } from '../upstreams/catalogue.ts';
import { OPEN_MOST_TOKENS } from './estimate.ts';
import type { ForwardRequest } from '../forward.ts';

/** OpenAI's servers and models: some refuse `max_tokens`. Others know no other name. */
const OPENAI_HOST = /(?:^|\.)(?:openai\.com|openai\.azure\.com|cognitiveservices\.azure\.com)$/;
const REASONING_MODEL = /(?:^|\/)(?:o\d|gpt-5|codex)/;

const UNBOUNDED_COMPLETION_TOKENS = 16;

export interface Bound {
  member: 'max_tokens' | 'max_completion_tokens' | 'max_output_tokens';
  tokens: number;
}

/**
 * The bound that is written into a request without one that counts against a budget, so that the answer is no longer than its
 * reservation. undefined: none. Only if an operator set the longest answer of the model, or near the end of a budget. Guarded by
 * openai/open-answers.test.ts.
 */
export function boundFor({ path, openOutput }: ForwardRequest, route: Route): Bound | undefined {
  if (openOutput === undefined) return undefined;
  const { outputMax } = route;
  // Some models would refuse so large a bound.
  if (openOutput.isWhole && outputMax === undefined) return undefined;
  const tokens = Math.min(openOutput.tokens, outputMax ?? OPEN_MOST_TOKENS);
  const member = memberFor(path, route, tokens);
  return member && { member, tokens };
}

function memberFor(
  path: string,
  { target, upstreamModel }: Route,
  tokens: number,
): Bound['member'] | undefined {
  if (path === '/responses') return 'max_output_tokens';
  if (path === '/messages') return 'max_tokens';
  // Without a bound, `/completions` gives 16 tokens: a larger bound could make the answer longer.
  if (path === '/completions' && tokens < UNBOUNDED_COMPLETION_TOKENS) return 'max_tokens';
  if (path !== '/chat/completions') return undefined;
  const isOpenai = OPENAI_HOST.test(new URL(target.origin).hostname) || REASONING_MODEL.test(upstreamModel);
  return isOpenai ? 'max_completion_tokens' : 'max_tokens';
}
