import { Type, type Static, type TObject, type TProperties } from 'typebox';
import { isoTime } from '../base/clock.ts';
import { nullable, Time } from '../http/index.ts';
import type { Workspace as StoredWorkspace } from '../workspaces/index.ts';

/*
 * Objects that several folders of the Developer API share, in the order in which their members are sent.
 * Where an answer says that it failed, its object is null.
 */

/** An object as it is declared: these members of `source` and no others, in this order. */
export const shaped = <P extends TProperties>(
  { properties }: TObject<P>,
  source: Static<TObject<P>>,
): Static<TObject<P>> =>
  Object.fromEntries(
    Object.keys(properties).map((name) => [name, source[name as keyof typeof source]]),
  ) as Static<TObject<P>>;

/** `createdAt` and `lastUpdatedAt`. */
export const timesOf = ({ createdAt, updatedAt }: { createdAt: number; updatedAt: number }) => ({
  createdAt: isoTime(createdAt),
  lastUpdatedAt: isoTime(updatedAt),
});

const Text = Type.String();
const Whole = Type.Integer();

export const workspaceProperties = {
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

/** No workspace has this id. */
export const NO_WORKSPACE = 0;

export const viewWorkspace = (workspace: StoredWorkspace) =>
  shaped(Workspace, { ...workspace, ...timesOf(workspace), router_id: workspace.routerId });

/** `success` with its reason where it is false. */
export const Outcome = Type.Object({ success: Type.Boolean(), error: nullable(Text) }, { title: 'Outcome' });
export const Said = Type.Object({ message: Text }, { title: 'Said' });
