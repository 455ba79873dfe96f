import { blockFieldSuggestionsPlugin } from '@escape.tech/graphql-armor-block-field-suggestions';
import { costLimitPlugin } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import type { GraphQLError, ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { failure } from './errors.ts';

/** A gateway asks for entities two levels deeper than its own caller does. */
const DEPTH_MAX = 12;
const ALIASES_MAX = 30;
const TOKENS_MAX = 2_000;
/** Fields weigh 1, objects 2, each level half as much again; `first` multiplies. */
const COST_MAX = 20_000;

const refuse = (context: ValidationContext | null, error: GraphQLError): void => {
  const message = error.message.replace(/^Syntax Error: /, '');
  context?.reportError(failure('QUERY_TOO_COSTLY', message));
};

/** There is nothing yet to report to: parsing ends with the error. */
const refuseText = (): never => {
  throw failure('QUERY_TOO_COSTLY', `Token limit of ${TOKENS_MAX} exceeded.`);
};

/** What a query may be at most, before anything is asked upstream. */
export const queryLimits = (): Plugin[] => {
  const refused = { onReject: [refuse], propagateOnRejection: false };
  return [
    maxTokensPlugin({ n: TOKENS_MAX, propagateOnRejection: false, onReject: [refuseText] }),
    maxDepthPlugin({ n: DEPTH_MAX, ...refused }),
    maxAliasesPlugin({ n: ALIASES_MAX, ...refused }),
    costLimitPlugin({ maxCost: COST_MAX, ...refused }),
    blockFieldSuggestionsPlugin(),
  ] as Plugin[];
};
