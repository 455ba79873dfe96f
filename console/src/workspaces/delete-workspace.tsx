import { Text, type ButtonProps } from '@mantine/core';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { useDeleteWorkspace } from './workspace-mutations.ts';

interface DeleteWorkspaceProps extends ButtonProps {
  slug: string;
  name: string;
  /** Called when it is gone. */
  onDeleted?: () => void;
}

/** Asks before the chats of a workspace are lost. */
export function DeleteWorkspace({ slug, name, onDeleted, ...props }: DeleteWorkspaceProps) {
  const remove = useDeleteWorkspace(slug);
  const mutateAsync = async (): Promise<void> => {
    await remove.mutateAsync();
    onDeleted?.();
  };
  return (
    <ConfirmButton
      label="Delete"
      title={`Delete ${name}?`}
      aria-label={`Delete ${name}`}
      action={{ ...remove, mutateAsync }}
      copyAs={{ operation: 'workspaces.delete', path: { slug }, cli: ['workspaces', 'delete', slug] }}
      {...props}
    >
      <Text size="sm">
        Its threads, chats and widgets are deleted for everybody, and cannot be restored. Its documents stay
        in their folders.
      </Text>
    </ConfirmButton>
  );
}
