import { expect, test } from 'vitest';
import { describedRoutes } from '../../app/routes.ts';
import { openapiDocument } from './openapi-document.ts';

interface Schema {
  type?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
}
interface Document {
  paths: Record<string, Record<string, { operationId: string; parameters: { name: string; in: string }[] }>>;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, { in?: string; name?: string }>;
  };
}

const document = openapiDocument(describedRoutes(), '') as unknown as Document;
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
const pascal = (name: string): string =>
  name.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_, first: string) => first.toUpperCase());

/** What generators put behind the id of an operation: openapi-generator, hey-api, orval and openapi-python-client. */
const SUFFIXES = ['Request', 'Data', 'Response', 'Responses', 'Error', 'Errors', 'Params', 'Body', 'Result'];

/** Shapes without a name of their own get that of their owner and member. */
const namesWithin = (owner: string, { properties = {}, items }: Schema): string[] => [
  ...Object.entries(properties).flatMap(([name, schema]) => namesOf(owner + pascal(name), schema)),
  ...(items === undefined ? [] : namesOf(`${owner}Item`, items)),
];
const namesOf = (name: string, schema: Schema): string[] => [
  ...(schema.type === 'object' || schema.enum !== undefined ? [name] : []),
  ...namesWithin(name, schema),
];

test('no schema has the name that a generator of clients makes for something else', () => {
  const schemas = Object.entries(document.components.schemas);
  const made = new Set([
    ...operations.flatMap(({ operationId: id }) => SUFFIXES.map((suffix) => pascal(id) + suffix)),
    // The constructor in Go.
    ...schemas.flatMap(([name, schema]) => [`New${name}`, ...namesWithin(name, schema)]),
  ]);
  expect(made.size).toBeGreaterThan(1_000);
  expect(schemas.map(([name]) => name).filter((name) => made.has(name))).toEqual([]);
});

test('the names of headers and cookies are such as HTTP allows', () => {
  const schemes = Object.values(document.components.securitySchemes);
  const names = [...operations.flatMap(({ parameters }) => parameters), ...schemes].flatMap((one) =>
    one.in === 'header' || one.in === 'cookie' ? [one.name ?? ''] : [],
  );
  // RFC 9110, a token.
  expect(names.filter((name) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))).toEqual([]);
});
