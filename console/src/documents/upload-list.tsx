import { Alert, Button, Group, List, Paper, Progress, Stack, Text } from '@mantine/core';
import {
  dropUpload,
  forgetUploads,
  isStored,
  isUnderWay,
  repeatUpload,
  useUploads,
  type Upload,
  type UploadPlace,
} from './uploads.ts';
import classes from './documents.module.css';

const SHOWN_MAX = 20;
/** Of a long list those that somebody has to look at come first. */
const NEED: Record<Upload['state'], number> = {
  failed: 0,
  lost: 1,
  sending: 1,
  reading: 1,
  embedding: 1,
  waiting: 2,
  pending: 3,
  done: 4,
};
const byNeed = (a: Upload, b: Upload): number => NEED[a.state] - NEED[b.state];

/** The files that were given to this page, and how far each of them is. */
export function UploadList({ place }: { place: UploadPlace }) {
  const uploads = useUploads(place);
  if (uploads.length === 0) return null;
  const over = uploads.filter((upload) => !isUnderWay(upload)).length;
  const shown = uploads.length <= SHOWN_MAX ? uploads : uploads.toSorted(byNeed).slice(0, SHOWN_MAX);
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="xs">
        <Text fw={600} role="status">
          Uploads: {over} of {uploads.length} finished
        </Text>
        {over > 0 && (
          <Button size="compact-sm" variant="subtle" onClick={() => forgetUploads(place)}>
            Clear the list
          </Button>
        )}
      </Group>
      <Stack gap="sm" component="ul" aria-label="Uploads" m={0} p={0}>
        {shown.map((upload) => (
          <UploadRow key={upload.id} upload={upload} />
        ))}
      </Stack>
      {shown.length < uploads.length && (
        <Text size="sm" c="dimmed" mt="sm">
          and {(uploads.length - shown.length).toLocaleString()} more
        </Text>
      )}
    </Paper>
  );
}

const SAYS: Record<Upload['state'], string> = {
  waiting: 'Waits for the other uploads',
  lost: 'Waits for the server',
  sending: 'Sending',
  reading: 'Reading the file',
  embedding: 'Stored; embedding',
  done: 'Ready',
  pending: 'Stored; waits to be embedded',
  failed: 'Failed',
};

/** How far the bar is when a step begins: how long the server takes is not known. */
const PERCENT: Record<Upload['state'], number> = {
  waiting: 0,
  lost: 0,
  sending: 0,
  reading: 50,
  embedding: 75,
  done: 100,
  pending: 100,
  failed: 100,
};
const SENDING_SHARE = 0.5;

const colorOf = ({ state }: Upload): string =>
  state === 'failed' ? 'red' : state === 'pending' ? 'orange' : state === 'done' ? 'teal' : 'indigo';

function UploadRow({ upload }: { upload: Upload }) {
  const { id, name, state, sentPercent, warnings, message } = upload;
  const says = state === 'sending' ? `Sending, ${Math.floor(sentPercent)} %` : SAYS[state];
  // A file that is stored is removed in the list of documents.
  const endLabel = isUnderWay(upload) && !isStored(upload) ? 'Cancel' : 'Hide';
  const percent = state === 'sending' ? sentPercent * SENDING_SHARE : PERCENT[state];
  return (
    <Stack component="li" gap={4} className={classes['upload']} aria-label={name}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{name}</Text>
        <Group gap="xs" wrap="nowrap">
          <Text size="sm" c="dimmed" ta="right">
            {says}
          </Text>
          {state === 'failed' && (
            <Button size="compact-xs" variant="default" onClick={() => repeatUpload(id)}>
              Try again
            </Button>
          )}
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={`${endLabel} ${name}`}
            onClick={() => dropUpload(id)}
          >
            {endLabel}
          </Button>
        </Group>
      </Group>
      <Progress.Root size="sm">
        <Progress.Section
          value={percent}
          color={colorOf(upload)}
          aria-label={`${name}: ${says}`}
          striped={isUnderWay(upload)}
          animated={isUnderWay(upload)}
        />
      </Progress.Root>
      {message !== undefined && (
        <Text size="sm" {...(state === 'failed' ? { role: 'alert' } : {})}>
          {message}
        </Text>
      )}
      {warnings.length > 0 && (
        <Alert color="yellow" p="xs" title="Some of it was not read">
          <List size="sm">
            {warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}
