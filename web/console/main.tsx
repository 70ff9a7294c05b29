import './look/index.ts';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App } from './App.tsx';
import { queryClient } from './data/queries.ts';
import { Theme } from './look/Theme.tsx';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Theme>
          <BrowserRouter basename="/console">
            <App />
          </BrowserRouter>
        </Theme>
      </QueryClientProvider>
    </StrictMode>,
  );
}
