import { Group, Skeleton, Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import classes from './plot.module.css';

export interface PlotSeries {
  label: string;
  values: number[];
}

interface PlotProps {
  /** What it shows, with its total: a screen reader reads this and no curve. */
  label: string;
  /** In seconds since 1970. */
  times: number[];
  series: PlotSeries[];
  heightPx?: number;
}

const LEGEND_PX = 19;
/** From one time below a plot to the next, at least: in a wide one they may stand apart. */
const TIME_PX = { wide: 90, narrow: 50 };
const WIDE_PX = 600;
const COLORS = { light: ['#4263eb', '#e8590c'], dark: ['#748ffc', '#ffa94d'] };
/** Between two numbers of an axis that counts things: there is no half of one. */
const WHOLE_STEPS = Array.from({ length: 15 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat();
const LINES = { light: '#dee2e6', dark: '#424242' };
const TEXT = { light: '#495057', dark: '#b8b8b8' };

/** Values over time as bars. Its library is loaded with the first plot. */
export function Plot({ label, times, series, heightPx = 220 }: PlotProps) {
  const scheme = useComputedColorScheme('light');
  const frame = useRef<HTMLDivElement>(null);
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    let plot: uPlot | undefined;
    let isGone = false;
    const watch = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: heightPx }));
    void import('uplot').then(({ default: Library }) => {
      if (isGone) return;
      const options = optionsOf(Library, {
        scheme,
        series,
        size: { width: element.clientWidth, height: heightPx },
      });
      plot = new Library(options, [times, ...series.map(({ values }) => values)], element);
      watch.observe(element);
      setDrawn(true);
    });
    return () => {
      isGone = true;
      watch.disconnect();
      plot?.destroy();
    };
  }, [times, series, scheme, heightPx]);
  return (
    <Skeleton visible={!isDrawn} animate={false} mih={heightPx + LEGEND_PX}>
      <div ref={frame} role="img" aria-label={label} className={classes['plot']} />
      {/* Its line is there for one series, too: plots that take each other's place have one height. */}
      <Group gap="md" justify="end" aria-hidden mih={LEGEND_PX}>
        {(series.length > 1 ? series : []).map(({ label: name }, index) => (
          <Text key={name} size="xs" c="dimmed">
            <span className={classes['dot']} style={{ background: COLORS[scheme][index % 2] }} />
            {name}
          </Text>
        ))}
      </Group>
    </Skeleton>
  );
}

interface Look {
  scheme: 'light' | 'dark';
  series: PlotSeries[];
  size: { width: number; height: number };
}

function optionsOf(Library: typeof uPlot, { scheme, series, size }: Look): uPlot.Options {
  const axis = {
    stroke: TEXT[scheme],
    grid: { stroke: LINES[scheme], width: 1 },
    ticks: { stroke: LINES[scheme], width: 1 },
  };
  const space = size.width > WIDE_PX ? TIME_PX.wide : TIME_PX.narrow;
  const isWhole = series.every(({ values }) => values.every(Number.isInteger));
  const bars = Library.paths.bars?.({ size: [0.7, 40] });
  return {
    ...size,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { x: { range: withWholeBars }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] } },
    axes: [
      { ...axis, grid: { show: false }, space, values: (_, seconds) => seconds.map(timeText) },
      {
        ...axis,
        size: 48,
        values: (_, values) => values.map(short),
        ...(isWhole ? { incrs: WHOLE_STEPS } : {}),
      },
    ],
    series: [
      {},
      ...series.map(({ label }, index) => {
        const color = COLORS[scheme][index % 2] ?? '';
        return {
          label,
          fill: color,
          // Without an edge: nothing is drawn where nothing was.
          width: 0,
          ...(bars === undefined ? {} : { paths: bars }),
          points: { show: false },
        };
      }),
    ],
  };
}

/** The first and the last bar stand on the ends of the axis: half of each would be cut off. */
function withWholeBars({ data: [times] }: uPlot, least: number, most: number): uPlot.Range.MinMax {
  const [first = 0, second = first] = times;
  const half = (second - first) / 2;
  return [least - half, most + half];
}

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** The day at midnight, otherwise the time of day, in the reader's zone. */
function timeText(seconds: number): string {
  const at = new Date(seconds * 1_000);
  return at.getHours() === 0 && at.getMinutes() === 0 ? day.format(at) : clock.format(at);
}

const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 2 });
const short = (value: number): string => compact.format(value);
