import { createTheme, Modal, type CSSVariablesResolver } from '@mantine/core';

/** Contrast of all text and controls is at least 4.5, light and dark: `inspect` in console/test/browser.ts asks axe. */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: 7,
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  components: {
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    // Its <header> would count as a second banner of the page.
    ModalHeader: Modal.Header.extend({ defaultProps: { role: 'presentation' } }),
  },
  headings: {
    fontWeight: '600',
    sizes: { h2: { fontSize: '1.5rem' }, h5: { fontSize: '1rem', lineHeight: '1.5' } },
  },
});

/** Mantine's own dimmed text has a contrast of 3.3, its text on light badges 3.8, its links on alerts 3.7, its red buttons 3.8. */
export const variables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': colors.gray[7],
    '--mantine-color-anchor': colors.indigo[8],
    '--mantine-color-error': colors.red[9],
    '--mantine-color-red-filled': colors.red[9],
    ...Object.fromEntries(
      Object.entries(colors).map(([name, shades]) => [
        `--mantine-color-${name}-light-color`,
        `color-mix(in srgb, ${shades[9]} 65%, black)`,
      ]),
    ),
    // Of buttons without a frame, too: they look like links.
    '--mantine-color-indigo-light-color': colors.indigo[9],
  },
  dark: {
    '--mantine-color-dimmed': colors.dark[1],
    '--mantine-color-anchor': colors.indigo[2],
    '--mantine-color-indigo-light-color': colors.indigo[2],
    '--mantine-color-error': colors.red[4],
    '--mantine-color-red-filled': colors.red[9],
  },
});
