import { KeywardError, type FieldError } from '../../base/errors.ts';
import { DEFAULT_RUN_TIMEOUT_SECONDS } from '../../jobs/index.ts';
import { parseTemplate } from './template.ts';
import type { Step, StepInput } from './workflow.ts';

const ERRORS_MAX = 20;
const DEFAULT_RETRIES = 2;

/**
 * The steps, complete, each with all steps that it needs.
 * @throws KeywardError `invalid_input` that names each field at fault: duplicate ids, unknown references, cycles
 */
export function checkedSteps(inputs: readonly StepInput[]): Step[] {
  const steps = inputs.map(completed);
  const ids = new Set(steps.map(({ id }) => id));
  const errors = inputs.flatMap((input, at) => errorsOf(input, { at, ids, inputs }));
  if (errors.length === 0) errors.push(...cycleIn(steps));
  const [first] = errors;
  if (first === undefined) return steps;
  throw new KeywardError('invalid_input', `${first.field}: ${first.message}`, {
    errors: errors.slice(0, ERRORS_MAX),
    hint: 'Nothing was stored.',
  });
}

function completed(input: StepInput): Step {
  const named = parseTemplate(input.prompt).parts.flatMap((part) =>
    typeof part !== 'string' && part.source === 'steps' ? [part.path[0] ?? ''] : [],
  );
  return {
    id: input.id,
    type: input.type ?? 'inference',
    model: input.model ?? null,
    prompt: input.prompt,
    workspace: input.workspace ?? null,
    top_n: input.top_n ?? null,
    depends_on: [...new Set([...(input.depends_on ?? []), ...named])],
    timeout_seconds: input.timeout_seconds ?? DEFAULT_RUN_TIMEOUT_SECONDS,
    max_retries: input.max_retries ?? DEFAULT_RETRIES,
  };
}

interface Place {
  at: number;
  ids: ReadonlySet<string>;
  inputs: readonly StepInput[];
}

function errorsOf(input: StepInput, { at, ids, inputs }: Place): FieldError[] {
  const field = (name: string) => `steps[${at}].${name}`;
  const errors: FieldError[] = [];
  if (inputs.findIndex(({ id }) => id === input.id) !== at)
    errors.push({ field: field('id'), message: 'is the id of an earlier step; each step needs its own' });
  for (const [index, id] of (input.depends_on ?? []).entries())
    if (!ids.has(id))
      errors.push({ field: field(`depends_on[${index}]`), message: 'names no step of this workflow' });
  const { parts, wrong } = parseTemplate(input.prompt);
  if (wrong.length > 0)
    errors.push({ field: field('prompt'), message: 'may have {{inputs.NAME}} and {{steps.ID.output}} only' });
  for (const part of parts)
    if (typeof part !== 'string' && part.source === 'steps' && !ids.has(part.path[0] ?? ''))
      errors.push({ field: field('prompt'), message: `{{${part.text}}} names no step of this workflow` });
  const isSearch = input.type === 'retrieve';
  if (isSearch && input.workspace === undefined)
    errors.push({ field: field('workspace'), message: 'is missing: a retrieve step searches a workspace' });
  for (const name of isSearch ? (['model'] as const) : (['workspace', 'top_n'] as const))
    if (input[name] !== undefined)
      errors.push({
        field: field(name),
        message: `must be left out of a step of type ${input.type ?? 'inference'}`,
      });
  return errors;
}

/** Removes steps that need nothing more, until none is left: the rest is in a cycle, or behind one. */
function cycleIn(steps: readonly Step[]): FieldError[] {
  const left = new Map(steps.map((step) => [step.id, step]));
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const step of left.values()) if (!step.depends_on.some((id) => left.has(id))) left.delete(step.id);
  }
  const [start] = left.keys();
  if (start === undefined) return [];
  const path = [start];
  for (;;) {
    const next = left.get(path.at(-1) ?? '')?.depends_on.find((id) => left.has(id)) ?? start;
    const known = path.indexOf(next);
    path.push(next);
    if (known < 0) continue;
    const cycle = path.slice(known);
    const at = steps.findIndex(({ id }) => id === cycle[0]);
    return [{ field: `steps[${at}].depends_on`, message: `is in a cycle: ${cycle.join(' needs ')}` }];
  }
}
