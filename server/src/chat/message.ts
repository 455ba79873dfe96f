/** A file or picture of a message. */
export interface Attachment {
  name: string;
  mime: string;
  /** A data URI; of a picture also an address that the model can read. */
  contentString: string;
}

/** A source of an answer, for clients: metadata of the document, its text, its score. */
export type Source = Record<string, unknown>;

/** A question and its answer in the history. */
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

/** As in the OpenAI API. */
export type ModelMessage =
  | { role: 'system' | 'user'; content: string | ContentPart[] }
  | { role: 'assistant'; content: string | null; tool_calls?: ToolCall[] }
  | { role: 'tool'; tool_call_id: string; content: string };

export interface Tool {
  type: 'function';
  function: { name: string; description: string; parameters: object };
}
