import { TagsInput } from '@mantine/core';
import { useQuery, type UseQueryOptions } from '@tanstack/react-query';
import { useMay } from '../../session/session-queries.ts';
import { modelNamesQuery, workspaceNamesQuery } from '../key-queries.ts';

interface NamesProps {
  label: string;
  description?: string;
  value: string[];
  onChange: (value: string[]) => void;
  error?: string | undefined;
  placeholder?: string;
  /** What is proposed. */
  of?: 'model' | 'workspace';
  required?: boolean;
  /** Ends a name while it is typed. @default a comma and a space */
  splitChars?: string[];
}

const QUERIES = {
  model: { query: modelNamesQuery, scope: 'models:use' },
  workspace: { query: workspaceNamesQuery, scope: 'workspaces:read' },
};

/** Names, or beginnings of names that end with `*`. */
export function NamesField({ of, required = false, splitChars = [',', ' '], ...props }: NamesProps) {
  const may = useMay();
  const known = of === undefined ? undefined : QUERIES[of];
  const names = useQuery({
    ...((known?.query ?? modelNamesQuery) as UseQueryOptions<string[]>),
    enabled: known !== undefined && may(known.scope),
  });
  return (
    <TagsInput
      {...props}
      // Its list of values has a hidden field of its own: the label says that it is required.
      withAsterisk={required}
      data={known === undefined ? [] : (names.data ?? [])}
      acceptValueOnBlur
      splitChars={splitChars}
      clearable
    />
  );
}
