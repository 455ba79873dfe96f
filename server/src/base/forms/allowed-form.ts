/** The form of the only format, `date-time`. */
export const TIME_FORM = 'an RFC 3339 date-time such as 2027-01-31T09:00:00Z';

/** What a JSON schema says of the values that it takes. */
export interface Declared {
  type?: string;
  format?: string;
  description?: string;
  examples?: unknown[];
  anyOf?: Declared[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  required?: string[];
}

/**
 * The allowed form of a value, to be read after "must be": `a whole number, 1 to 200`. A description that does not begin
 * with a capital letter is such a form itself, and its first sentence is used.
 */
export function allowedForm(schema: Declared): string {
  const { examples } = schema;
  const form = described(schema) ?? derived(schema);
  return examples === undefined ? form : `${form}, such as ${JSON.stringify(examples[0])}`;
}

/** Types whose values say more than the words about them. */
const SELF_EVIDENT: ReadonlySet<string | undefined> = new Set(['integer', 'number', 'boolean']);

function described({ description, type, enum: words }: Declared): string | undefined {
  if (description === undefined || /^[A-Z]/.test(description)) return undefined;
  if (SELF_EVIDENT.has(type) || words !== undefined) return undefined;
  return description.split('. ', 1)[0];
}

function derived(schema: Declared): string {
  const { type, anyOf, enum: words } = schema;
  if (anyOf !== undefined) return [...new Set(anyOf.map(allowedForm))].join(' or ');
  if (words !== undefined) return `one of ${words.map(String).join(', ')}`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  switch (type) {
    case 'integer':
    case 'number': {
      const range = rangeOf(schema);
      return `${type === 'integer' ? 'a whole number' : 'a number'}${range === '' ? '' : `, ${range}`}`;
    }
    case 'string':
      if (schema.format === 'date-time') return TIME_FORM;
      return `a text${counted(schema.minLength, schema.maxLength, 'characters')}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${counted(schema.minItems, schema.maxItems, 'items')}`;
    case 'object':
      return objectForm(schema);
    case undefined:
    default:
      return type ?? 'a value of the form in the documentation';
  }
}

const objectForm = ({ required = [], maxProperties }: Declared): string =>
  required.length > 0
    ? `an object with ${required.join(', ')}`
    : `an object${counted(undefined, maxProperties, 'members')}`;

/** `1 to 200`; empty: every number. */
export function rangeOf({ minimum, maximum, exclusiveMinimum }: Declared): string {
  const above = exclusiveMinimum === undefined ? undefined : `more than ${shown(exclusiveMinimum)}`;
  if (above !== undefined) return maximum === undefined ? above : `${above}, at most ${shown(maximum)}`;
  return span(minimum, maximum);
}

function counted(least: number | undefined, most: number | undefined, unit: string): string {
  const range = span(least, most);
  return range === '' ? '' : ` of ${range} ${unit}`;
}

function span(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && least === most) return shown(least);
  if (least !== undefined && most !== undefined) return `${shown(least)} to ${shown(most)}`;
  if (least !== undefined) return `${shown(least)} or more`;
  return most === undefined ? '' : `at most ${shown(most)}`;
}

const shown = (number: number): string => number.toLocaleString('en-US', { maximumFractionDigits: 9 });
