import { Checkbox, Fieldset, SimpleGrid, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { useMay } from '../../session/session-queries.ts';
import { scopesOf } from '../holdings/scopes.ts';
import { EVERYTHING, TASKS, type Task } from '../holdings/tasks.ts';
import classes from './task-choice.module.css';

interface TaskProps {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  /** What a chosen task asks, shown behind the tasks of its group. */
  questions: Record<string, ReactNode>;
  error: string | undefined;
}

/** Tasks that exclude each other: those of one group, and everything excludes all. */
function afterToggle(chosen: readonly string[], { id, group }: Task): string[] {
  if (chosen.includes(id)) return chosen.filter((one) => one !== id);
  if (id === EVERYTHING) return [id];
  const others = TASKS.filter((one) => group !== undefined && one.group === group).map((one) => one.id);
  return [...chosen.filter((one) => one !== EVERYTHING && !others.includes(one)), id];
}

/** What a key is for. Only tasks whose scopes the person holds: nobody gives more than that. */
export function TaskChoice({ chosen, onChange, questions, error }: TaskProps) {
  const may = useMay();
  const offered = TASKS.filter(({ scopes }) => scopesOf(scopes).every((scope) => may(scope)));
  return (
    <Fieldset
      variant="unstyled"
      {...(error === undefined ? {} : { 'data-wrong': true })}
      legend={
        <Text span size="sm" fw={600}>
          What is it for?
        </Text>
      }
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt={4}>
        {offered.map((task, index) => (
          <Fragment key={task.id}>
            <Checkbox.Card
              checked={chosen.includes(task.id)}
              onClick={() => onChange(afterToggle(chosen, task))}
              className={classes['task']}
              p="sm"
              aria-label={task.label}
            >
              <div className={classes['line']}>
                <Checkbox.Indicator />
                <div>
                  <Text size="sm" fw={600}>
                    {task.label}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {task.description}
                  </Text>
                </div>
              </div>
            </Checkbox.Card>
            {task.group !== undefined && task.group !== offered[index + 1]?.group && (
              <div className={classes['question']}>{questions[task.group]}</div>
            )}
          </Fragment>
        ))}
      </SimpleGrid>
      {error !== undefined && (
        <Text size="xs" c="var(--mantine-color-error)" mt={6} role="alert">
          {error}
        </Text>
      )}
    </Fieldset>
  );
}
