import { Checkbox, Fieldset, SimpleGrid, Text } from '@mantine/core';
import { useMay } from '../../session/session-queries.ts';
import { scopesOf } from '../holdings/scopes.ts';
import { EVERYTHING, TASKS, type Task } from '../holdings/tasks.ts';
import classes from './task-choice.module.css';

interface TaskProps {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Tasks that exclude each other: those of one group, and everything excludes all. */
function afterToggle(chosen: readonly string[], { id, group }: Task): string[] {
  if (chosen.includes(id)) return chosen.filter((one) => one !== id);
  if (id === EVERYTHING) return [id];
  const others = TASKS.filter((one) => group !== undefined && one.group === group).map((one) => one.id);
  return [...chosen.filter((one) => one !== EVERYTHING && !others.includes(one)), id];
}

/** What a key is for. Only tasks whose scopes the person holds: nobody gives more than that. */
export function TaskChoice({ chosen, onChange }: TaskProps) {
  const may = useMay();
  const offered = TASKS.filter(({ scopes }) => scopesOf(scopes).every((scope) => may(scope)));
  return (
    <Fieldset legend="What is it for?" variant="unstyled">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt={4}>
        {offered.map((task) => (
          <Checkbox.Card
            key={task.id}
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
        ))}
      </SimpleGrid>
    </Fieldset>
  );
}
