/** A file or image that came with a message. */
export interface Attachment {
  name: string;
  mime: string;
  /** A data URI or, for images, an address that the model can read. */
  contentString: string;
}

/** What an answer was drawn from, as clients are shown it: metadata of the document, its text, how near it was. */
export type Source = Record<string, unknown>;

/** A question and its answer, as they stand in the history. */
export interface Turn {
  prompt: string;
  text: string;
  sources: readonly Source[];
  attachments: readonly Attachment[];
}

export type ContentPart =
  { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string; detail: 'high' } };

export interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** As the OpenAI API has it. */
export type ModelMessage =
  | { role: 'system' | 'user'; content: string | ContentPart[] }
  | { role: 'assistant'; content: string | null; tool_calls?: ToolCall[] }
  | { role: 'tool'; tool_call_id: string; content: string };

export interface Tool {
  type: 'function';
  function: { name: string; description: string; parameters: object };
}
