import { useState } from 'react';
import { queryClient } from '../../api/queries.ts';
import { historyKey, type ChatPlace } from './chat-queries.ts';

/* Beside the answers of the server, as live turns: forgotten when the person signs out. */
const DRAFT = 'draft';
queryClient.setQueryDefaults([DRAFT], { gcTime: Infinity, staleTime: Infinity });

/** The question that is typed: it is still there after a look at another conversation or page. */
export function useDraft(place: ChatPlace): [text: string, setText: (text: string) => void] {
  const key = [DRAFT, ...historyKey(place)];
  const [text, setText] = useState(() => queryClient.getQueryData<string>(key) ?? '');
  return [
    text,
    (next) => {
      setText(next);
      queryClient.setQueryData(key, next);
    },
  ];
}
