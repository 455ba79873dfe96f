import { askModel } from './ask-model.ts';
import type { Job } from './answer.ts';
import { passages } from './context.ts';
import { memberDocuments, passageSource, type MemberDocument } from './library.ts';
import type { Source, Tool } from './message.ts';
import { parsedObject, text } from './completion.ts';
import { cutMiddle } from './tokens.ts';
import type { UsageReport } from '../models/index.ts';

export interface ToolResult {
  content: string;
  sources?: Source[];
  usage?: UsageReport;
}

interface AgentTool {
  description: string;
  parameters: Record<string, { type: 'string'; description: string }>;
  /** For the caller, while the tool runs. */
  thought(args: Record<string, unknown>): string;
  run(job: Job, args: Record<string, unknown>): Promise<ToolResult>;
}

/** No tool leaves the workspace or uses the network. */
const TOOLS: Record<string, AgentTool> = {
  search_documents: {
    description: 'Finds passages in the documents of this workspace that are about a question or some words.',
    parameters: { query: { type: 'string', description: 'What to look for' } },
    thought: ({ query }) => `Searching the documents for "${shown(query)}".`,
    run: searchDocuments,
  },
  list_documents: {
    description: 'Lists the titles of the documents in this workspace.',
    parameters: {},
    thought: () => 'Looking which documents there are.',
    run: listDocuments,
  },
  summarize_document: {
    description: 'Summarizes one document of this workspace.',
    parameters: { title: { type: 'string', description: 'Its title, as list_documents gives it' } },
    thought: ({ title }) => `Summarizing "${shown(title)}".`,
    run: summarizeDocument,
  },
  current_time: {
    description: 'Tells the present date and time.',
    parameters: {},
    thought: () => 'Looking at the clock.',
    run: async ({ context }) => ({ content: new Date(context.clock.nowMs()).toISOString() }),
  },
};

export const toolDeclarations: readonly Tool[] = Object.entries(TOOLS).map(
  ([name, { description, parameters }]) => ({
    type: 'function',
    function: {
      name,
      description,
      parameters: { type: 'object', properties: parameters, required: Object.keys(parameters) },
    },
  }),
);

const SHOWN_CHARACTERS = 100;
const shown = (value: unknown): string => text(value).slice(0, SHOWN_CHARACTERS);

export type ToolRun = (job: Job) => Promise<ToolResult>;

/** Reads a call of a model, which may name an unknown tool or have invalid arguments. */
export function readCall(call: { name: string; arguments: string }): { thought: string; tool: ToolRun } {
  const tool = Object.hasOwn(TOOLS, call.name) ? TOOLS[call.name] : undefined;
  if (tool === undefined) {
    const content = `There is no tool ${shown(call.name)}. There are: ${Object.keys(TOOLS).join(', ')}.`;
    return { thought: 'Asked for a tool that does not exist.', tool: async () => ({ content }) };
  }
  const args = parsedObject(call.arguments);
  return { thought: tool.thought(args), tool: (job) => tool.run(job, args) };
}

async function searchDocuments(job: Job, args: Record<string, unknown>) {
  const query = text(args['query']);
  if (query === '') return { content: 'Give a query.' };
  const found = job.hasPassages ? await passages(job, { query }) : [];
  if (found.length === 0) return { content: 'Nothing about this is in the documents.' };
  const content = found.map((passage) => passage.text).join('\n\n');
  return { content, sources: found.map(passageSource) };
}

const LISTED_MAX = 100;

async function listDocuments({ context, request }: Job): Promise<ToolResult> {
  const members = await memberDocuments(context, request.workspace.id);
  if (members.length === 0) return { content: 'There are no documents in this workspace.' };
  const titles = members.slice(0, LISTED_MAX).map(({ title }) => `- ${title}`);
  const more = members.length > LISTED_MAX ? [`and ${members.length - LISTED_MAX} more`] : [];
  return { content: [...titles, ...more].join('\n') };
}

/** Of the window; the rest is for the instructions and the summary. */
const SUMMARIZED_SHARE = 0.6;

async function summarizeDocument(job: Job, args: Record<string, unknown>): Promise<ToolResult> {
  const { context, model } = job;
  const found = await named(job, text(args['title']));
  if (found === undefined) return { content: 'There is no document of this title; list_documents has them.' };
  const whole = (await context.documents.text(context.storage.db, found.id)) ?? '';
  const content = await cutMiddle(whole, Math.floor(model.windowTokens * SUMMARIZED_SHARE), model.name);
  const pieces = await askModel(job, {
    messages: [
      { role: 'system', content: 'Summarize the document. Keep names, numbers and dates.' },
      { role: 'user', content },
    ],
    isStream: false,
    secrets: [],
  });
  for await (const piece of pieces) {
    if (piece.kind === 'reply') return { content: piece.reply.text, usage: piece.reply.usage };
    if (piece.kind === 'failed') return { content: `It could not be summarized: ${piece.failure.message}` };
  }
  return { content: 'It could not be summarized.' };
}

async function named({ context, request }: Job, title: string): Promise<MemberDocument | undefined> {
  const members = await memberDocuments(context, request.workspace.id);
  const wanted = title.toLowerCase();
  return (
    members.find((member) => member.title.toLowerCase() === wanted) ??
    members.find((member) => wanted !== '' && member.title.toLowerCase().includes(wanted))
  );
}
