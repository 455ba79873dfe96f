import type { WorkspaceBody } from './workspace-mutations.ts';
import type { OpenWorkspace } from './workspace-queries.ts';

/** The fields of the form, as text where a field may be empty. */
export interface SettingsDraft {
  name: string;
  chatMode: string;
  chatModel: string;
  agentModel: string;
  openAiTemp: string;
  openAiPrompt: string;
  openAiHistory: string;
  topN: string;
  similarityThreshold: string;
  vectorSearchMode: string;
  queryRefusalResponse: string;
}

export const draftOf = (workspace: Omit<OpenWorkspace, 'documents' | 'threads'>): SettingsDraft => ({
  name: workspace.name,
  chatMode: workspace.chatMode,
  chatModel: workspace.chatModel ?? '',
  agentModel: workspace.agentModel ?? '',
  openAiTemp: workspace.openAiTemp === null ? '' : String(workspace.openAiTemp),
  openAiPrompt: workspace.openAiPrompt ?? '',
  openAiHistory: String(workspace.openAiHistory),
  topN: String(workspace.topN),
  similarityThreshold: String(workspace.similarityThreshold),
  vectorSearchMode: workspace.vectorSearchMode,
  queryRefusalResponse: workspace.queryRefusalResponse ?? '',
});

/** `workspaces update` has a flag for each of these; for the others only the request is shown. */
const FLAGS: Partial<Record<keyof SettingsDraft, string>> = {
  name: '--name',
  chatMode: '--mode',
  chatModel: '--model',
  openAiPrompt: '--prompt',
  openAiTemp: '--temperature',
  openAiHistory: '--history',
  topN: '--passages',
  similarityThreshold: '--threshold',
  vectorSearchMode: '--search',
  queryRefusalResponse: '--refusal',
};

const NUMBERS = new Set<keyof SettingsDraft>(['openAiTemp', 'openAiHistory', 'topN', 'similarityThreshold']);

const changedFields = (before: SettingsDraft, after: SettingsDraft): (keyof SettingsDraft)[] =>
  (Object.keys(after) as (keyof SettingsDraft)[]).filter((name) => before[name] !== after[name]);

function valueOf(name: keyof SettingsDraft, text: string): string | number | null {
  if (text.trim() === '') return null;
  return NUMBERS.has(name) ? Number(text) : text;
}

/** What has changed, as a request says it. An empty field takes the default of the server. */
export const bodyOf = (before: SettingsDraft, after: SettingsDraft): WorkspaceBody =>
  Object.fromEntries(changedFields(before, after).map((name) => [name, valueOf(name, after[name])]));

/** @returns undefined where the command line cannot say it */
export function commandOf(slug: string, before: SettingsDraft, after: SettingsDraft): string[] | undefined {
  const changed = changedFields(before, after);
  const flags = changed.flatMap((name) => {
    const flag = FLAGS[name];
    return flag === undefined || after[name].trim() === '' ? [] : [flag, after[name]];
  });
  return flags.length === 2 * changed.length && changed.length > 0
    ? ['workspaces', 'update', slug, ...flags]
    : undefined;
}
