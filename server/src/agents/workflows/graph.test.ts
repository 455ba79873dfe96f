import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeywardError } from '../../base/errors.ts';
import { checkedSteps } from './graph.ts';
import type { StepInput } from './workflow.ts';

const step = (id: string, more: Partial<StepInput> = {}): StepInput => ({ id, prompt: 'x', ...more });

function fieldsOf(steps: StepInput[]): string[] {
  try {
    checkedSteps(steps);
  } catch (error) {
    return ((error as KeywardError).extras.errors ?? []).map(({ field }) => field);
  }
  return [];
}

test('a step needs the steps that it names in depends_on and in its prompt', () => {
  const steps = checkedSteps([
    step('a'),
    step('b'),
    step('c', { depends_on: ['a'], prompt: '{{steps.b.output}} {{steps.a.output.x}}' }),
  ]);
  expect(steps[2]?.depends_on).toEqual(['a', 'b']);
  expect(steps[0]).toMatchObject({ type: 'inference', timeout_seconds: 600, max_retries: 2 });
});

test.for<[why: string, steps: StepInput[], fields: string[]]>([
  ['an id twice', [step('a'), step('a')], ['steps[1].id']],
  [
    'an unknown step in depends_on',
    [step('a', { depends_on: ['a1', 'b'] })],
    ['steps[0].depends_on[0]', 'steps[0].depends_on[1]'],
  ],
  ['an unknown step in a prompt', [step('a', { prompt: '{{steps.b.output}}' })], ['steps[0].prompt']],
  ['another placeholder', [step('a', { prompt: '{{env.HOME}}' })], ['steps[0].prompt']],
  ['a step that needs itself', [step('a', { depends_on: ['a'] })], ['steps[0].depends_on']],
  [
    'a cycle through prompts',
    [step('x'), step('a', { prompt: '{{steps.b.output}}' }), step('b', { depends_on: ['a'] })],
    ['steps[1].depends_on'],
  ],
  ['a search without a workspace', [step('a', { type: 'retrieve' })], ['steps[0].workspace']],
  [
    'a search with a model',
    [step('a', { type: 'retrieve', workspace: 'w', model: 'm' })],
    ['steps[0].model'],
  ],
  ['an inference in a workspace', [step('a', { workspace: 'w' })], ['steps[0].workspace']],
])('a workflow with %s is refused, and the field is named', ([, steps, fields]) => {
  expect(fieldsOf(steps)).toEqual(fields);
});

test('a cycle is written out', () => {
  const steps = [
    step('a', { depends_on: ['b'] }),
    step('b', { depends_on: ['c'] }),
    step('c', { depends_on: ['a'] }),
  ];
  expect(() => checkedSteps(steps)).toThrow('steps[0].depends_on: is in a cycle: a needs b needs c needs a');
});

test('a graph is accepted exactly where it has no cycle', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const edges = fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...ids)), { maxLength: 8 });
  fc.assert(
    fc.property(edges, (pairs) => {
      const needs = (id: string) => pairs.flatMap(([from, to]) => (from === id ? [to] : []));
      const reaches = (from: string, to: string, seen: string[] = []): boolean =>
        needs(from).some(
          (next) => next === to || (!seen.includes(next) && reaches(next, to, [...seen, next])),
        );
      const hasCycle = ids.some((id) => reaches(id, id));
      expect(fieldsOf(ids.map((id) => step(id, { depends_on: needs(id) }))).length > 0).toBe(hasCycle);
    }),
  );
});
