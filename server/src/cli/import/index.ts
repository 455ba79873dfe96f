import { lazy, noun } from '../command.ts';

export const imports = noun('Move in from elsewhere', {
  anythingllm: lazy('Take over the storage directory of an AnythingLLM', () => import('./anythingllm.ts')),
  status: lazy('How far the imported documents are embedded', () => import('./status.ts')),
});
