import type { ReactNode } from 'react';
import { fieldError } from '../../page/problem.tsx';
import type { Draft } from '../holdings/draft.ts';
import { taskOf, withTasks } from '../holdings/tasks.ts';
import type { FieldsProps } from './holdings-fields.tsx';
import { NamesField } from './names-field.tsx';
import { TaskChoice } from './task-choice.tsx';

type Target = 'model' | 'workspace';

const needs = (chosen: readonly string[], target: Target): boolean =>
  chosen.some((id) => taskOf(id)?.target === target);

/** Things that a chosen task names, and the form does not yet: with an empty list the key would cover all of them. */
export const missingTargets = (chosen: readonly string[], { models, workspaces }: Draft): Target[] => [
  ...(needs(chosen, 'workspace') && workspaces.allow.length === 0 ? (['workspace'] as const) : []),
  ...(needs(chosen, 'model') && models.allow.length === 0 ? (['model'] as const) : []),
];

/** The same key with a gap in place of what is missing, for its sentence. */
export function withGaps(draft: Draft, missing: readonly Target[]): Draft {
  const gap = { allow: ['(which one?)'], deny: [] };
  return {
    ...draft,
    ...(missing.includes('model') ? { models: gap } : {}),
    ...(missing.includes('workspace') ? { workspaces: gap } : {}),
  };
}

interface TasksProps extends FieldsProps {
  chosen: readonly string[];
  onChoose: (chosen: string[]) => void;
  /** Complains about what is missing. */
  isTried: boolean;
}

/** The tasks, and the things that the chosen ones name. */
export function TasksField({ draft, set, error, chosen, onChoose, isTried }: TasksProps) {
  const choose = (after: string[]): void => {
    const left = (target: Target): boolean => needs(chosen, target) && !needs(after, target);
    onChoose(after);
    set({
      scopes: withTasks(draft.scopes, { before: chosen, after }),
      ...(left('model') ? { models: { ...draft.models, allow: [] } } : {}),
      ...(left('workspace') ? { workspaces: { ...draft.workspaces, allow: [] } } : {}),
    });
  };
  const missing = isTried ? missingTargets(chosen, draft) : [];
  const errorOf = (target: Target, otherwise: string): string | undefined =>
    missing.includes(target)
      ? `Name a ${target} and press Enter, or choose “${otherwise}”.`
      : fieldError(error, `selectors.${target}s.allow`);
  const question = (target: Target, otherwise: string): ReactNode =>
    needs(chosen, target) && (
      <NamesField
        label={`Which ${target}?`}
        of={target}
        required
        value={draft[`${target}s`].allow}
        onChange={(allow) => set({ [`${target}s`]: { ...draft[`${target}s`], allow } })}
        error={errorOf(target, otherwise)}
      />
    );
  return (
    <TaskChoice
      chosen={chosen}
      onChange={choose}
      error={
        isTried && draft.scopes.length === 0
          ? 'Choose what the key is for. Other scopes are in the details below.'
          : undefined
      }
      questions={{
        workspace: question('workspace', 'Chat with any workspace'),
        model: question('model', 'Call any model'),
      }}
    />
  );
}
