/** Where answers come from, in the words of the page. */
export const MODES = [
  { value: 'automatic', label: 'Automatic', says: 'Documents and the model; tools if it calls them' },
  { value: 'chat', label: 'Chat', says: 'Documents and what the model knows' },
  { value: 'query', label: 'Query', says: 'Documents only; refuses what they do not answer' },
] as const;

export const SEARCHES = [
  { value: 'default', label: 'By meaning' },
  { value: 'hybrid', label: 'By meaning and words (hybrid)' },
  { value: 'rerank', label: 'With a second, slower ranking (rerank)' },
] as const;

export const modeLabel = (mode: string): string => MODES.find(({ value }) => value === mode)?.label ?? mode;
export const modeSays = (mode: string): string => MODES.find(({ value }) => value === mode)?.says ?? '';
