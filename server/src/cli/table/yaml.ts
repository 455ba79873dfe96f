import { isObeyed, linesAsSeen } from './control-characters.ts';

/** A number for readers of YAML 1.2 only. */
const OCTAL = /^[-+]?0o/;

/**
 * Read alike as YAML 1.1 and 1.2: a text such as `no` or `12:30` is quoted. A control character is escaped, since parsers refuse
 * the whole document for one in a name. Guarded by terminal-text.test.ts.
 */
export async function yamlText(value: unknown): Promise<string> {
  const { Document, visit } = await import('yaml');
  const document = new Document(value, { version: '1.1' });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && (OCTAL.test(node.value) || isObeyed(node.value)))
        node.type = 'QUOTE_DOUBLE';
    },
  });
  return linesAsSeen(document.toString());
}
