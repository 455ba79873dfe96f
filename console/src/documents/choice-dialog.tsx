import { Select, Stack, Text, type ComboboxItem } from '@mantine/core';
import { useEffect, useState, type SubmitEvent } from 'react';
import { CopyAs, type CopyAsProps } from '../page/copy-as.tsx';
import { DialogButton } from '../page/dialog-button.tsx';
import { FormActions } from '../page/form-actions.tsx';
import { Problem } from '../page/problem.tsx';

interface ChoiceProps {
  /** Of the field. */
  label: string;
  submitLabel: string;
  choices: ComboboxItem[];
  /** Said where there is no choice. */
  nothing: string;
  action: {
    mutateAsync: (chosen: string) => Promise<void>;
    isPending: boolean;
    error: unknown;
    reset: () => void;
  };
  /** The same from a terminal. */
  copyAs: (chosen: string) => CopyAsProps;
}

/** A button, and a dialog in which one of several places is chosen. */
export const ChoiceDialog = ({ button, title, ...form }: ChoiceProps & { button: string; title: string }) => (
  <DialogButton label={button} title={title} size="xs" variant="default">
    {(close) => <ChoiceForm {...form} onEnd={close} />}
  </DialogButton>
);

function ChoiceForm({
  label,
  submitLabel,
  choices,
  nothing,
  action,
  copyAs,
  onEnd,
}: ChoiceProps & { onEnd: () => void }) {
  const [chosen, setChosen] = useState(choices.length === 1 ? (choices[0]?.value ?? null) : null);
  const { reset } = action;
  // The next dialog begins without the error of this one.
  useEffect(() => reset, [reset]);
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (chosen === null) return;
    try {
      await action.mutateAsync(chosen);
      onEnd();
    } catch {
      // Shown below the field.
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        {choices.length === 0 ? (
          <Text size="sm">{nothing}</Text>
        ) : (
          <Select
            label={label}
            data={choices}
            value={chosen}
            onChange={setChosen}
            searchable
            required
            allowDeselect={false}
            // The buttons below stay in view.
            openOnFocus={false}
            nothingFoundMessage="None fits"
            data-autofocus
          />
        )}
        <Problem error={action.error} />
        <FormActions
          submit={{ label: submitLabel, isPending: action.isPending, isDisabled: chosen === null }}
          cancel={{ onClick: onEnd }}
        >
          <CopyAs {...copyAs(chosen ?? 'PLACE')} />
        </FormActions>
      </Stack>
    </form>
  );
}
