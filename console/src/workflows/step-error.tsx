import { Text } from '@mantine/core';

/** Of any length: the table stays readable. */
export const StepError = ({ error }: { error: { code: string; message: string } | null }) =>
  error !== null && (
    <Text size="sm" maw={420} style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>
      {error.code.replaceAll('_', ' ')}: {error.message}
    </Text>
  );
