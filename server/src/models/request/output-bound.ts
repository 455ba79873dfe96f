import type { Route } from '../upstreams/catalogue.ts';
import { OPEN_MOST_TOKENS } from './estimate.ts';
import type { ForwardRequest } from '../forward.ts';

/** OpenAI's own servers, and its models wherever they are: some refuse `max_tokens`, others know no other name. */
const OPENAI_HOST = /(?:^|\.)(?:openai\.com|openai\.azure\.com|cognitiveservices\.azure\.com)$/;
const REASONING_MODEL = /(?:^|\/)(?:o\d|gpt-5|codex)/;

/** A member that is written into a body. */
export interface Bound {
  member: 'max_tokens' | 'max_completion_tokens' | 'max_output_tokens';
  tokens: number;
}

/**
 * The bound that is written into a request which names none itself and counts against a budget: so the upstream makes no longer
 * answer than is held for it. undefined: none. It is written where an operator said how long the model's answers are, and near the
 * end of a budget. Guarded by openai/open-answers.test.ts.
 */
export function boundFor({ path, openOutput }: ForwardRequest, route: Route): Bound | undefined {
  if (openOutput === undefined) return undefined;
  const { outputMax } = route;
  // The longest answer of a model that nobody described: some would refuse so large a bound.
  if (openOutput.isWhole && outputMax === undefined) return undefined;
  const member = memberFor(path, route);
  if (member === undefined) return undefined;
  return { member, tokens: Math.min(openOutput.tokens, outputMax ?? OPEN_MOST_TOKENS) };
}

function memberFor(path: string, { target, upstreamModel }: Route): Bound['member'] | undefined {
  if (path === '/responses') return 'max_output_tokens';
  if (path === '/messages') return 'max_tokens';
  // The old completions are 16 tokens long where nothing is said: a bound could make them longer.
  if (path !== '/chat/completions') return undefined;
  const isOpenai = OPENAI_HOST.test(new URL(target.origin).hostname) || REASONING_MODEL.test(upstreamModel);
  return isOpenai ? 'max_completion_tokens' : 'max_tokens';
}
