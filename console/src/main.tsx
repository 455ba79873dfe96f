import '@mantine/core/styles.css';
import './app/app.css';
import '@mantine/notifications/styles.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries.ts';
import { watchConnection } from './app/connection.ts';
import { keepFocus } from './app/kept-focus.ts';
import { NONCE } from './app/nonce.ts';
import { router } from './app/router.ts';
import { sendOnce } from './app/send-once.ts';
import { noticeUnseenOutcomes } from './app/unseen-outcomes.ts';
import { theme, variables } from './app/theme.ts';

const root = document.querySelector('#root');
if (root === null) throw new Error('The page has no #root.');

// After an update of the server the parts of the former build are gone. A page that was just loaded again would not get them either.
addEventListener('vite:preloadError', () => {
  const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (visit?.type !== 'reload') location.reload();
});

watchConnection();
keepFocus();
sendOnce();
noticeUnseenOutcomes();

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => NONCE}
    >
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
