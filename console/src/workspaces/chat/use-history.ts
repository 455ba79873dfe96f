import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { historyQuery, readTurns, type ChatPlace } from './chat-queries.ts';

/** To draw more at once would take long. */
const STEP_TURNS = 30;

/** The latest turns of a conversation, and those before them on demand. */
export function useHistory(place: ChatPlace) {
  const [shown, setShown] = useState(STEP_TURNS);
  const turnsMax = readTurns(shown);
  const history = useQuery(historyQuery(place, turnsMax));
  const { refetch } = history;
  const first = readTurns(STEP_TURNS);
  useEffect(() => {
    if (turnsMax > first) void refetch();
  }, [turnsMax, first, refetch]);
  return { history, shown, showEarlier: () => setShown(shown + STEP_TURNS) };
}
