import { isObject } from '../base/is-object.ts';
import type { ChatResponse } from '../workspaces/index.ts';

/**
 * An answer as it was kept: JSON with text, sources, type and more. What is not JSON, or has no text, is kept as the
 * text it is.
 */
export function readResponse(text: string): { response: ChatResponse; isWhole: boolean } {
  const parsed = parsedObject(text);
  const isWhole = typeof parsed?.['text'] === 'string';
  const given = parsed !== undefined && isWhole ? parsed : { text };
  return {
    response: {
      ...given,
      text: String(given['text']).replaceAll('\0', ''),
      sources: list(given['sources']),
      type: typeof given['type'] === 'string' ? given['type'] : 'chat',
      attachments: list(given['attachments']),
      metrics: isObject(given['metrics']) ? given['metrics'] : {},
    },
    isWhole,
  };
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
