/** @jsxImportSource hono/jsx */
import { Hono } from 'hono';
import type { Intake } from '../../src/intake/index.ts';
import { fail } from '../../src/kernel/errors.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';
import { chatPages } from './chat.tsx';
import { Home } from './home.tsx';
import { ratePages } from './rate.tsx';
import { receiptPages } from './receipt.tsx';
import { SCRIPT } from './script.ts';
import { submitPages } from './submit.tsx';
import { trackPages } from './track.tsx';
import { show, switched, viewOf } from './view.ts';
import type { Site } from './view.ts';

export { citizenErrorPage } from './error.tsx';

/**
 * The citizen's pages, to be mounted at `/`: /, /submit, /receipt, /track and below, /rate/:token.
 * They work without a script (one makes photos handier), set their own security headers, and add no middleware to other paths.
 * @param options `widget` the file of the built chat; `trustProxy` proxies in front whose X-Forwarded-For is believed; `demo` says on
 *   every page that nothing here is real; `refusals` how long who was refused waits.
 */
export function citizenPages(deps: Deps, intake: Intake, options: Omit<Site, 'deps' | 'intake'>) {
  const site: Site = { deps, intake, ...options };
  const app = new Hono<Env>()
    .get('/', (c) => {
      const moved = switched(c, site);
      if (moved) return moved;
      const view = viewOf(c, site);
      return show(c, view, <Home view={view} />, { personal: false });
    })
    .get('/script/:file', (c) => {
      if (c.req.param('file') !== SCRIPT.file) fail('not_found');
      c.header('Content-Type', 'text/javascript; charset=utf-8');
      c.header('Cache-Control', 'public, max-age=31536000, immutable');
      return c.body(SCRIPT.text);
    })
    .route('/submit', submitPages(site))
    .route('/receipt', receiptPages(site))
    .route('/track', trackPages(site))
    .route('/rate', ratePages(site));
  return site.widget ? app.route('/chat', chatPages(site, site.widget)) : app;
}
