import { Button, FileButton, Group, Paper, Stack, Text } from '@mantine/core';
import { useState, type DragEvent, type ReactNode } from 'react';
import { addUploads, type UploadPlace } from './uploads.ts';
import classes from './documents.module.css';

interface DropZoneProps {
  place: UploadPlace;
  /** Further ways to add documents. */
  children?: ReactNode;
}

/** Files of a drop, and whether folders were among them, which a page cannot read as files. */
function filesOf({ dataTransfer }: DragEvent): { files: File[]; hasFolder: boolean } {
  const files: File[] = [];
  let hasFolder = false;
  for (const item of dataTransfer.items) {
    if (item.kind !== 'file') continue;
    const file = item.getAsFile();
    if (item.webkitGetAsEntry()?.isDirectory === true) hasFolder = true;
    else if (file !== null) files.push(file);
  }
  return { files, hasFolder };
}

/** Takes files from a drop or a dialog, several at once. */
export function DropZone({ place, children }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  const [hasFolder, setHasFolder] = useState(false);
  const add = (files: File[]): void => {
    if (files.length > 0) addUploads(place, files);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const dropped = filesOf(event);
    setHasFolder(dropped.hasFolder);
    add(dropped.files);
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
        <Text fw={600}>Drop files here</Text>
        <Text size="sm" c="dimmed" ta="center">
          PDF, Word, Excel, PowerPoint, Markdown, HTML, CSV, mail, and other texts.
        </Text>
        <Group justify="center" gap="xs">
          <FileButton multiple onChange={add} inputProps={{ 'aria-label': 'Files' }}>
            {(props) => <Button {...props}>Choose files</Button>}
          </FileButton>
          {children}
        </Group>
        <Text size="sm" role="status">
          {hasFolder && 'Folders cannot be dropped here. On a terminal: keyward documents add FOLDER.'}
        </Text>
      </Stack>
    </Paper>
  );
}
