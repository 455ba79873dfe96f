import { isAlias, isScalar } from 'yaml';

/* Why the value of a variable stays where it is. */

/** The text of one may stand in several places: it can only be changed by hand. */
export const anchorIn = (...nodes: unknown[]): string | undefined =>
  nodes.some((node) => isAlias(node) || (isScalar(node) && node.anchor !== undefined))
    ? 'its value is a YAML anchor or alias; write it in the variable itself first'
    : undefined;

/** As a bare word compose reads it as a number, and gives the service another text: 0123 becomes 83, 1.10 becomes 1.1. */
export function numberIn(node: unknown): string | undefined {
  if (!isScalar(node) || node.type !== 'PLAIN') return undefined;
  const text = node.source ?? '';
  const isNumber = typeof node.value === 'number' || /^[-+]?(?:\d[\d_]*|0b[01_]+)$/i.test(text);
  return isNumber && !/^-?(?:0|[1-9]\d{0,14})$/.test(text)
    ? 'compose reads its value as a number, and may change it; write it in quotes first'
    : undefined;
}
