import { withoutTrailing } from '../../base/trailing.ts';

/** An output of a member, in the order of the members. */
export interface Ballot {
  member: string;
  output: unknown;
  /** When it came, in ms; for `first`. */
  atMs: number;
}

export interface Vote {
  /** As the first member that gave it wrote it. */
  answer: unknown;
  count: number;
  members: string[];
}

export interface Outcome {
  reducer: 'majority' | 'threshold' | 'first' | 'merge';
  /** Null: not reached. */
  result: unknown;
  isReached: boolean;
  /** The part of all members that is behind the result, or behind the most frequent answer; 0 to 1. */
  agreement: number;
  /** The part that is needed; null: none. */
  threshold: number | null;
  /** Why there is no result; null: there is one. */
  reason: string | null;
  /** The most frequent first, equal ones in the order of the members. */
  votes: Vote[];
}

export type Reducer =
  { name: 'majority' } | { name: 'threshold'; threshold: number } | { name: 'first' } | { name: 'merge' };

/** @param members asked in all: one without an output agrees with nobody. Pure. */
export function reduce(reducer: Reducer, ballots: readonly Ballot[], members: number): Outcome {
  const votes = countVotes(ballots);
  const { name } = reducer;
  if (name === 'first' || name === 'merge') {
    const chosen = name === 'first' ? ballots.toSorted((a, b) => a.atMs - b.atMs).slice(0, 1) : ballots;
    const isReached = chosen.length > 0;
    const result = !isReached ? null : name === 'first' ? chosen[0]?.output : merged(ballots);
    const agreement =
      name === 'merge' ? partOf(ballots.length, members) : agreementOn(votes, chosen, members);
    const reason = isReached ? null : 'No member has given an output.';
    return { reducer: name, result, isReached, agreement, threshold: null, reason, votes };
  }
  const [best, second] = votes;
  const agreement = partOf(best?.count ?? 0, members);
  const threshold = name === 'majority' ? 0.5 : reducer.threshold;
  const isTie = best !== undefined && best.count === second?.count;
  const isEnough = name === 'majority' ? agreement > threshold : agreement >= threshold;
  const isReached = best !== undefined && isEnough && !isTie;
  const reason = isReached ? null : whyNot({ best, isTie, members, threshold, name });
  return {
    reducer: name,
    result: isReached ? best.answer : null,
    isReached,
    agreement,
    threshold,
    reason,
    votes,
  };
}

const partOf = (count: number, members: number): number => (members === 0 ? 0 : count / members);

const agreementOn = (votes: readonly Vote[], [chosen]: readonly Ballot[], members: number): number =>
  partOf(votes.find((vote) => vote.members.includes(chosen?.member ?? ''))?.count ?? 0, members);

function whyNot({
  best,
  isTie,
  members,
  threshold,
  name,
}: {
  best: Vote | undefined;
  isTie: boolean;
  members: number;
  threshold: number;
  name: string;
}): string {
  if (best === undefined) return 'No member has given an output.';
  const needed = name === 'majority' ? 'more than half is needed' : `${threshold} is needed`;
  const found = `${best.count} of ${members} members give the most frequent answer`;
  return isTie ? `${found}, and as many give another one.` : `${found}; ${needed}.`;
}

function countVotes(ballots: readonly Ballot[]): Vote[] {
  const votes = new Map<string, Vote>();
  for (const { member, output } of ballots) {
    const key = normalised(output);
    const vote = votes.get(key) ?? { answer: output, count: 0, members: [] };
    vote.count++;
    vote.members.push(member);
    votes.set(key, vote);
  }
  return [...votes.values()].toSorted((a, b) => b.count - a.count);
}

/** No word of any language has so many on a letter; normalizing sorts a row of them, in quadratic time. */
const MANY_ACCENTS = /\p{M}{31}/u;
const AT_START = /^[\s"'“”‘’`*]+/u;
const AT_END = ` "'“”‘’\`*.!?…,;:`;

/**
 * Equal for answers that say the same: of texts, case, white space, quotes around them and the marks at their end do not
 * count; of other JSON, the order of members.
 */
export function normalised(output: unknown): string {
  if (typeof output !== 'string') return `json ${JSON.stringify(sorted(output))}`;
  const form = MANY_ACCENTS.test(output) ? output : output.normalize('NFKC');
  const plain = form.toLowerCase().replaceAll(/\s+/gu, ' ');
  return `text ${withoutTrailing(plain.replace(AT_START, ''), AT_END)}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

/** Texts one below the other, lists one behind the other, otherwise a list of the outputs. */
function merged(ballots: readonly Ballot[]): unknown {
  const outputs = ballots.map(({ output }) => output);
  if (outputs.every((output) => typeof output === 'string')) return outputs.join('\n\n');
  return outputs.every((output) => Array.isArray(output)) ? outputs.flat() : outputs;
}
