import { Button, FileButton, Group, Paper, Stack, Text } from '@mantine/core';
import { useState, type DragEvent, type ReactNode } from 'react';
import { noticeFailure } from '../page/done-notice.tsx';
import { chosenFiles, droppedFiles, FILES_MAX, type AddedFile } from './dropped-files.ts';
import { addUploads, type UploadPlace } from './uploads.ts';
import classes from './documents.module.css';

interface DropZoneProps {
  place: UploadPlace;
  /** Further ways to add documents. */
  children?: ReactNode;
}

const TOO_MANY = `Only the first ${FILES_MAX.toLocaleString()} files are sent. For more, on a terminal: keyward documents add FOLDER.`;

/** Takes files and folders, from a drop or from a dialog. */
export function DropZone({ place, children }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  const [says, setSays] = useState('');
  const add = (files: readonly AddedFile[]): void => {
    const isCut = files.length > FILES_MAX;
    setSays(isCut ? TOO_MANY : files.length === 0 ? 'There was no file in it.' : '');
    if (files.length > 0) addUploads(place, files.slice(0, FILES_MAX));
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    droppedFiles(event.dataTransfer.items).then(add, (error: unknown) =>
      noticeFailure('The drop could not be read', error),
    );
  };
  return (
    <Paper
      withBorder
      p="lg"
      className={classes['zone']}
      data-over={isOver || undefined}
      role="group"
      aria-label="Add documents"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Stack align="center" gap="xs">
        <Text fw={600}>Drop files or folders here</Text>
        <Text size="sm" c="dimmed" ta="center">
          PDF, Word, Excel, PowerPoint, Markdown, HTML, CSV, mail, and other texts.
        </Text>
        <Group justify="center" gap="xs">
          <FileButton
            multiple
            onChange={(files) => add(files.map((file) => ({ file })))}
            inputProps={{ 'aria-label': 'Files' }}
          >
            {(props) => <Button {...props}>Choose files</Button>}
          </FileButton>
          <FileButton
            multiple
            onChange={(files) => add(chosenFiles(files))}
            inputProps={{ 'aria-label': 'Folder', webkitdirectory: '' }}
          >
            {(props) => (
              <Button {...props} variant="default">
                Choose a folder
              </Button>
            )}
          </FileButton>
          {children}
        </Group>
        <Text size="sm" role="status">
          {says}
        </Text>
      </Stack>
    </Paper>
  );
}
