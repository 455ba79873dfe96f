import { Type } from 'typebox';
import { nullable, Time } from '../http/index.ts';

/**
 * Objects that several routes of the Developer API share, in the order in which their members are sent.
 * Where an answer says it failed, its object is null.
 */
const Text = Type.String();
const Whole = Type.Integer();

const workspaceProperties = {
  id: Whole,
  name: Text,
  slug: Text,
  vectorTag: nullable(Text),
  createdAt: Time,
  openAiTemp: nullable(Type.Number()),
  openAiHistory: Whole,
  lastUpdatedAt: Time,
  openAiPrompt: nullable(Text),
  similarityThreshold: Type.Number(),
  chatProvider: nullable(Text),
  chatModel: nullable(Text),
  topN: Whole,
  chatMode: Type.String({ description: 'automatic, chat or query' }),
  pfpFilename: nullable(Text),
  agentProvider: nullable(Text),
  agentModel: nullable(Text),
  queryRefusalResponse: nullable(Text),
  vectorSearchMode: Type.String({ description: 'default, hybrid or rerank' }),
  router_id: nullable(Whole),
};
export const Workspace = Type.Object(workspaceProperties, { title: 'Workspace' });

/** One document in one workspace. */
export const EmbeddedDocument = Type.Object(
  {
    id: Whole,
    docId: Text,
    filename: Text,
    docpath: Text,
    workspaceId: Whole,
    metadata: Type.String({ description: 'JSON' }),
    pinned: Type.Boolean(),
    watched: Type.Boolean(),
    createdAt: Time,
    lastUpdatedAt: Time,
  },
  { title: 'EmbeddedDocument' },
);

export const WorkspaceInList = Type.Object(
  {
    ...workspaceProperties,
    threads: Type.Array(Type.Object({ user_id: nullable(Whole), slug: Text, name: Text })),
  },
  { title: 'WorkspaceInList' },
);

export const WorkspaceWithDocuments = Type.Object(
  {
    ...workspaceProperties,
    documents: Type.Array(EmbeddedDocument),
    threads: Type.Array(Type.Object({ user_id: nullable(Whole), slug: Text })),
  },
  { title: 'WorkspaceWithDocuments' },
);

export const EmbeddedWorkspace = Type.Object(
  {
    ...workspaceProperties,
    documents: Type.Array(EmbeddedDocument),
    contextWindow: Type.Integer({ description: 'Tokens that the chat model takes' }),
    currentContextTokenCount: Type.Integer({ description: 'Tokens of the pinned documents' }),
  },
  { title: 'EmbeddedWorkspace' },
);

export const Thread = Type.Object(
  {
    id: Whole,
    name: Text,
    slug: Text,
    workspace_id: Whole,
    user_id: nullable(Whole),
    createdAt: Time,
    lastUpdatedAt: Time,
  },
  { title: 'Thread' },
);

/** Members and fields differ by source; what is stored is given back. */
export const Source = Type.Record(Text, Type.Unknown(), { title: 'Source' });
/** `{}` where no model was asked. */
export const Metrics = Type.Record(Text, Type.Unknown(), { title: 'Metrics' });

const seconds = Type.Integer({ description: 'Unix time in seconds' });
export const UserMessage = Type.Object(
  { role: Text, content: Text, sentAt: seconds, attachments: Type.Array(Type.Unknown()), chatId: Whole },
  { title: 'UserMessage' },
);
export const AssistantMessage = Type.Object(
  {
    type: Text,
    role: Text,
    content: Text,
    sources: Type.Array(Source),
    chatId: Whole,
    sentAt: seconds,
    feedbackScore: nullable(Type.Boolean()),
    metrics: Metrics,
    outputs: Type.Optional(Type.Array(Type.Unknown())),
  },
  { title: 'AssistantMessage' },
);
/** Told apart by `role`: `user` or `assistant`. */
export const Message = Type.Union([UserMessage, AssistantMessage], { title: 'Message' });
export const History = Type.Object({ history: Type.Array(Message) }, { title: 'History' });

export const User = Type.Object(
  {
    id: Whole,
    username: Text,
    pfpFilename: nullable(Text),
    role: Text,
    suspended: Type.Integer({ description: '0 or 1' }),
    seen_recovery_codes: Type.Boolean(),
    createdAt: Time,
    lastUpdatedAt: Time,
    dailyMessageLimit: nullable(Whole),
    bio: nullable(Text),
  },
  { title: 'User' },
);

/** `success` with its reason where it is false. */
export const Outcome = Type.Object({ success: Type.Boolean(), error: nullable(Text) }, { title: 'Outcome' });
export const Said = Type.Object({ message: Text }, { title: 'Said' });
