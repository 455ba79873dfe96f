import { unwrap } from '@keyward/sdk';
import type { Logger } from '@keyward/server/logger';
import { GraphQLError, type ASTVisitor, type ExecutionResult, type ValidationContext } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Context } from './context.ts';
import { failure } from './errors.ts';
import { queryLimits } from './limits.ts';
import { Loaders } from './loaders.ts';
import { subgraphSchema } from './schema.ts';
import { SubscriptionCount } from './subscription-count.ts';
import { Upstream, type Access } from './upstream.ts';

/** What the HTTP layer knows of a request. */
export interface ServerContext extends Record<string, unknown> {
  requestId: string;
  access: Access;
  /** No key came with it: it is answered with this server's own. */
  isAnonymous: boolean;
}

export interface GraphqlOptions {
  /** Of the Developer API, without `/v1`. */
  upstreamUrl: string;
  logger: Logger;
}

export type GraphqlServer = YogaServerInstance<ServerContext, Context>;

export function graphqlServer({ upstreamUrl: url, logger }: GraphqlOptions): GraphqlServer {
  return createYoga<ServerContext, Context>({
    schema: subgraphSchema(),
    graphqlEndpoint: '/graphql',
    context: ({ requestId, access, request }) => {
      const upstream = new Upstream({ url, access, requestId, logger, signal: request.signal });
      return { requestId, upstream, loaders: new Loaders(upstream) };
    },
    plugins: [
      ...queryLimits(),
      schemaNeedsKey,
      everyAnswerNeedsKey,
      limitedSubscriptions(),
      unexpectedErrors(logger),
    ],
    // http/exchange.ts has read it whole.
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    maskedErrors: { maskError: masked },
    logging: {
      debug: () => undefined,
      info: () => undefined,
      warn: (...said: unknown[]) => logger.warn({ said }, 'GraphQL'),
      error: (error: unknown) => {
        // The others are logged under the id of their request.
        if (!(error instanceof GraphQLError)) logger.error({ err: error }, 'GraphQL');
      },
    },
  });
}

/** What nobody expected keeps its cause, which no answer shows. */
function masked(error: unknown, message: string): Error {
  const cause = error instanceof GraphQLError ? error.originalError : error;
  if (error instanceof GraphQLError && (cause === undefined || cause instanceof GraphQLError)) return error;
  return new GraphQLError(message, {
    path: error instanceof GraphQLError ? error.path : null,
    originalError: cause as Error,
    extensions: { code: 'INTERNAL_SERVER_ERROR', unexpected: true },
  });
}

const ABOUT_THE_SCHEMA = new Set(['__schema', '__type', '_service']);

/** The schema is for those who bring a key. A rule with a name of its own: yoga remembers results by the names. */
function SchemaNeedsKeyRule(context: ValidationContext): ASTVisitor {
  return {
    Field: ({ name }) => {
      if (ABOUT_THE_SCHEMA.has(name.value))
        context.reportError(failure('UNAUTHENTICATED', 'The schema is shown to requests with a key only.'));
    },
  };
}

const schemaNeedsKey: Plugin<Record<string, unknown>> = {
  onValidate({ context, addValidationRule }) {
    if (context['isAnonymous'] === true) addValidationRule(SchemaNeedsKeyRule);
  },
};

/** A query that asks nothing of the Developer API, such as introspection, would be answered under any key. */
const everyAnswerNeedsKey: Plugin<Context> = {
  onExecute: ({ args }) => ({
    async onExecuteDone({ setResult }) {
      const { upstream } = args.contextValue as Context;
      if (upstream.calls > 0) return;
      try {
        await upstream.ask(({ client, signal }) => unwrap(client.GET('/v1/auth', { signal })));
      } catch (error) {
        setResult({ errors: [error as GraphQLError] });
      }
    },
  }),
};

const limitedSubscriptions = (): Plugin<Context & ServerContext> => {
  const count = new SubscriptionCount();
  return {
    onSubscribe({ args, setSubscribeFn, subscribeFn }) {
      const { access } = args.contextValue as ServerContext;
      const caller = access.isOwn ? undefined : access.current();
      setSubscribeFn((given) => count.counted(caller, () => subscribeFn(given)));
    },
  };
};

/** They are logged under the id of the request, which the answer shows. */
const unexpectedErrors = (logger: Logger): Plugin<Context> => ({
  onExecutionResult({ result, context }) {
    const { requestId, request } = context as unknown as ServerContext & { request: Request };
    // The caller has gone, and its calls were ended for that.
    if (request.signal.aborted) return;
    for (const error of (result as ExecutionResult | undefined)?.errors ?? []) {
      if (error.extensions['unexpected'] !== true) continue;
      error.extensions['requestId'] = requestId;
      logger.error({ err: error.originalError, path: error.path, request_id: requestId }, 'a query failed');
    }
  },
});
