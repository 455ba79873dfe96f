import { warn, type Io } from '../io.ts';
import { cell } from '../output.ts';
import { counted, pluralOf } from '../count-text.ts';

interface Made {
  /** Such as `workspace`. */
  noun: string;
  name: string;
  /** Of the new thing: its id or slug. */
  id: string;
  /** The command that removes it, without `keyward` and its id. */
  remove: string;
}

/** A thing with its name, by id or slug. */
export type NamedThing = Pick<Made, 'id' | 'name'>;

const SHOWN_MAX = 5;

/**
 * Names of owners, upstreams and users are unique, and the server refuses a second one. Other names may repeat: a new thing is
 * made, and this says that others have its name. Where the key may not look, nothing is said.
 */
export async function warnOfSameName(
  io: Io,
  { noun, name, id, remove }: Made,
  look: () => Promise<readonly NamedThing[]>,
): Promise<void> {
  const things = await look().catch(() => []);
  const same = things.filter((one) => one.id !== id && one.name.toLowerCase() === name.toLowerCase());
  const [first] = same;
  if (first === undefined) return;
  const ids = same.slice(0, SHOWN_MAX).map((one) => cell(one.id));
  const more = same.length > SHOWN_MAX ? ' and others' : '';
  const others = pluralOf(
    same.length,
    `Another ${noun} has`,
    `${counted(same.length, `other ${noun}`)} have`,
  );
  warn(io, [
    `${others} the name ${cell(name)}: ${ids.join(', ')}${more}. ` +
      `This one is ${id}; to remove it: keyward ${remove} ${id}`,
  ]);
}
