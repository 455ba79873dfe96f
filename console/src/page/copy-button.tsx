import { Button, type ButtonProps } from '@mantine/core';
import { useState } from 'react';

/** Browsers give pages without TLS no clipboard: there the text is selected and copied as by hand. */
async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  // A dialog keeps the focus inside itself.
  (document.querySelector('[role="dialog"]') ?? document.body).append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  return isCopied;
}

const SHOWN_MS = 2_000;

/** Copies a text. */
export function CopyButton({
  text,
  label = 'Copy',
  onCopied,
  ...props
}: { text: string; label?: string; onCopied?: () => void } & ButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  const onClick = async (): Promise<void> => {
    const isCopied = await copy(text);
    setOutcome(isCopied ? 'copied' : 'failed');
    if (isCopied) onCopied?.();
    setTimeout(() => setOutcome(undefined), SHOWN_MS);
  };
  const shown = { copied: 'Copied', failed: 'Select the text and copy it' };
  return (
    <Button size="xs" variant="default" {...props} onClick={() => void onClick()}>
      <span aria-live="polite">{outcome === undefined ? label : shown[outcome]}</span>
    </Button>
  );
}
