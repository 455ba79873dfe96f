import { lazy, noun } from '../command.ts';

export const imports = noun('Import from another program', {
  anythingllm: lazy('Import the storage directory of AnythingLLM', () => import('./anythingllm.ts')),
  status: lazy('Show how many imported documents are embedded', () => import('./status.ts')),
});
