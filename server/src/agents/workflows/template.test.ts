import fc from 'fast-check';
import { expect, test } from 'vitest';
import { missingInputs, parseTemplate, render, RENDERED_MAX_BYTES } from './template.ts';

const rendered = (template: string, inputs: unknown = {}, outputs: Record<string, unknown> = {}) =>
  render(parseTemplate(template).parts, { inputs, outputs: new Map(Object.entries(outputs)) });

test('inputs, outputs and members of them are inserted as text', () => {
  const inputs = { topic: 'ferries', user: { name: 'Ada' }, list: [1, { a: 2 }] };
  expect(
    rendered(
      '{{inputs.topic}} for {{ inputs.user.name }}: {{steps.draft.output}} {{steps.draft.output.0}}',
      inputs,
      {
        draft: ['x', 'y'],
      },
    ),
  ).toEqual({ text: 'ferries for Ada: ["x","y"] x' });
  expect(rendered('{{inputs.list}} {{inputs.list.1.a}}', inputs)).toEqual({ text: '[1,{"a":2}] 2' });
});

test('a value that looks like a placeholder stays as it is', () => {
  expect(rendered('{{inputs.a}}', { a: '{{inputs.b}} $& $1 {{steps.x.output}}', b: 'secret' })).toEqual({
    text: '{{inputs.b}} $& $1 {{steps.x.output}}',
  });
});

test.for([
  'constructor',
  '__proto__',
  'toString',
  'constructor.name',
  'a.length',
  'a.constructor',
  'b.valueOf',
])('the inherited member %s of the inputs does not exist', (name) => {
  expect(rendered(`{{inputs.${name}}}`, { a: 'text', b: {} })).toEqual({ missing: `inputs.${name}` });
  expect(missingInputs(parseTemplate(`{{inputs.${name}}}`).parts, { a: 'text', b: {} })).toEqual([name]);
});

test('a missing output is named', () => {
  expect(rendered('{{steps.a.output.title}}', {}, { a: { text: 'x' } })).toEqual({
    missing: 'steps.a.output.title',
  });
});

test.for([
  '{{foo}}',
  '{{inputs}}',
  '{{steps.a}}',
  '{{inputs.a + 1}}',
  '{{inputs["a"]}}',
  '{{}}',
  '{{steps.a.output()}}',
])('the placeholder %s is refused', (text) => {
  expect(parseTemplate(`x ${text} y`).wrong).toEqual([text]);
});

test('a prompt that grows beyond the maximum is refused before it is built', () => {
  const inputs = { a: 'x'.repeat(RENDERED_MAX_BYTES / 2) };
  expect(rendered('{{inputs.a}}{{inputs.a}}', inputs)).toHaveProperty('text');
  expect(rendered('{{inputs.a}}{{inputs.a}}!', inputs)).toEqual({ tooLarge: true });
});

test('a text without placeholders stays as it is', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes('{{'));
      expect(rendered(text)).toEqual({ text });
    }),
  );
});
