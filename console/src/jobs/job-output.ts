import { useEffect, useState } from 'react';
import { client } from '../api/client.ts';

/** The text in a piece of output, in the forms that workers of the OpenAI API send. */
function textIn(output: unknown): string {
  if (typeof output === 'string') return output;
  if (typeof output !== 'object' || output === null) return '';
  const { choices, text } = output as {
    choices?: { delta?: { content?: unknown }; text?: unknown }[];
    text?: unknown;
  };
  const part = choices?.[0]?.delta?.content ?? choices?.[0]?.text ?? text;
  return typeof part === 'string' ? part : '';
}

/** The output so far. Another attempt begins anew. `onEnd`: the job is over. */
export function useJobOutput(id: string, onEnd: () => void): { text: string; error: unknown } {
  const [text, setText] = useState('');
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const reading = new AbortController();
    void (async () => {
      try {
        for await (const piece of client.jobs.follow(id, { signal: reading.signal })) {
          if (piece.kind === 'output') setText((before) => before + textIn(piece.output));
          if (piece.kind === 'reset') setText('');
        }
        onEnd();
      } catch (thrown) {
        if (!reading.signal.aborted) setError(thrown);
      }
    })();
    return () => {
      reading.abort(new Error('The page was left.'));
      setText('');
    };
  }, [id, onEnd]);
  return { text, error };
}
