// Before the first paint: the page does not flash in the other colours.
(() => {
  const chosen = globalThis.localStorage.getItem('mantine-color-scheme-value');
  const prefersDark = globalThis.matchMedia('(prefers-color-scheme: dark)').matches;
  const scheme = chosen === 'light' || chosen === 'dark' ? chosen : prefersDark ? 'dark' : 'light';
  document.documentElement.dataset.mantineColorScheme = scheme;
})();
