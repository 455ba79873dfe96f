import { Box, Paper, Skeleton, Text } from '@mantine/core';
import { Plot, type PlotSeries } from '../page/plot/plot.tsx';

interface PlotCardProps {
  label: string;
  /** In words; undefined: not known yet. */
  value: string | undefined;
  note?: string | undefined;
  times: number[];
  series: PlotSeries[];
}

const PLOT_PX = 130;

/** A number, and how it came about over time. A screen reader reads both as the name of the plot. */
export const PlotCard = ({ label, value, note = '', times, series }: PlotCardProps) => (
  <Paper withBorder p="md" display="flex" style={{ flexDirection: 'column' }}>
    <Text size="sm" c="dimmed" component="h2">
      {label}
    </Text>
    <Skeleton visible={value === undefined} animate={false}>
      <Text size="xl" fw={650} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {value ?? '0'}
      </Text>
    </Skeleton>
    <Text size="xs" c="dimmed" mih={18} mb="xs">
      {note}
    </Text>
    {/* Plots beside each other stand on one line, however long the notes above them are. */}
    <Box mt="auto">
      <Plot
        label={`${label}: ${value ?? 'loading'}${note === '' ? '' : `, ${note}`}`}
        times={times}
        series={series}
        heightPx={PLOT_PX}
      />
    </Box>
  </Paper>
);
