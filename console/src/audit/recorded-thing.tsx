import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { PageLink } from '../page/page-link.tsx';
import { actionWords } from './action-words.ts';
import type { NamedRecord } from './audit-queries.ts';

/** Authors that are no things. */
const AUTHORS: Record<string, string> = {
  cli: 'the command line on the machine',
  system: 'Keyward',
  anonymous: 'somebody without a key',
  admin: 'an administrator',
};

type Name = NonNullable<NamedRecord['actorNow']>;

/** The author of a record: by its name now, or by the one that it had then. */
export function RecordedActor({ record: { actor, actorNow, details } }: { record: NamedRecord }) {
  const then = details['actor_name'];
  const known = AUTHORS[actor] ?? (typeof then === 'string' ? then : undefined);
  return <RecordedThing id={actor} name={actorNow} otherwise={known} />;
}

/** What the record is about. */
export const RecordedTarget = ({ record: { target, targetNow } }: { record: NamedRecord }) => (
  <RecordedThing id={target} name={targetNow} />
);

interface ThingProps {
  /** As the record has it. */
  id: string;
  /** undefined: it has none, or the reader may not read it. */
  name: Name | undefined;
  /** The name that stands in the record itself. */
  otherwise?: string | undefined;
}

/** A thing of the record: its name, which leads to it while it exists, and its id below. */
function RecordedThing({ id, name, otherwise }: ThingProps) {
  const text = name?.name ?? otherwise;
  const isGone = name?.exists === false;
  if (text === undefined)
    return <Lines first={id} second={isGone ? 'no longer exists' : undefined} title={id} />;
  const second =
    text === AUTHORS[id] ? undefined : `${id.replace(/^key:/, '')}${isGone ? ', no longer exists' : ''}`;
  return (
    <Lines
      first={name?.exists === true ? <ThingLink id={id} name={name} text={text} /> : text}
      second={second}
      title={`${text} ${second ?? ''}`}
    />
  );
}

/** The route answers names of what the reader may see: the pages are open to the reader. */
function ThingLink({ id, name: { slug }, text }: { id: string; name: Name; text: string }) {
  const params = { id: id.replace(/^key:/, '') };
  if (params.id.startsWith('key_')) return <PageLink to="/keys/$id" params={params} children={text} />;
  if (id.startsWith('own_')) return <PageLink to="/owners/$id" params={params} children={text} />;
  if (id.startsWith('up_')) return <PageLink to="/upstreams/$id" params={params} children={text} />;
  if (id.startsWith('wrk_')) return <PageLink to="/workers/$id" params={params} children={text} />;
  if (id.startsWith('user:')) return <PageLink to="/people" children={text} />;
  if (slug !== null) return <PageLink to="/workspaces/$slug" params={{ slug }} children={text} />;
  return <>{text}</>;
}

/** What was done, in words, and its code below. */
export function RecordedAction({ action }: { action: string }) {
  const words = actionWords(action);
  return words === undefined ? (
    <>{action}</>
  ) : (
    <Lines first={words} second={action} title={`${words}: ${action}`} />
  );
}

/** In a table, which does not wrap; elsewhere the text goes on in the next line. */
const CUT = { overflow: 'hidden', textOverflow: 'ellipsis' };

const Lines = ({ first, second, title }: { first: ReactNode; second: string | undefined; title: string }) => (
  <div title={title}>
    <Text size="sm" component="div" style={CUT}>
      {first}
    </Text>
    {second !== undefined && (
      <Text size="xs" c="dimmed" component="div" style={CUT}>
        {second}
      </Text>
    )}
  </div>
);
