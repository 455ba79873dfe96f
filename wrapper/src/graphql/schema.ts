import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLScalarType, parse, type GraphQLSchema } from 'graphql';
import { chatResolvers } from './chats.ts';
import { documentResolvers } from './documents.ts';
import { threadResolvers } from './threads.ts';
import { workspaceResolvers } from './workspaces.ts';

/** As the Developer API writes it. */
const DateTime = new GraphQLScalarType({ name: 'DateTime', serialize: String });

type Fields = Record<string, unknown>;

/** Each type's fields, from the files that each have some of them. */
function merged(parts: readonly Record<string, Fields>[]): Record<string, Fields> {
  const types: Record<string, Fields> = {};
  for (const part of parts)
    for (const [type, fields] of Object.entries(part)) types[type] = { ...types[type], ...fields };
  return types;
}

/** The subgraph: a Federation 2 schema with `_service` and `_entities`. */
export function subgraphSchema(): GraphQLSchema {
  const typeDefs = parse(readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'));
  const resolvers = {
    ...merged([workspaceResolvers, threadResolvers, documentResolvers, chatResolvers]),
    DateTime,
  };
  return buildSubgraphSchema([{ typeDefs, resolvers }]);
}
