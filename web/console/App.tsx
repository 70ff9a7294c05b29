import { lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import { Navigate, Route, Routes, useLocation } from 'react-router';
import { DESKS, type TextKey } from '../../src/contract.ts';
import type { Desk, Me } from '../../src/identity/schema.ts';
import { useSession } from './data/queries.ts';
import { asProblem } from './data/problem.ts';
import { SessionProvider } from './data/session.tsx';
import { DESK_PATH } from './frame/desks.ts';
import { Frame } from './frame/Frame.tsx';
import { useWords } from './lib/text.ts';
import { DeskTitle } from './parts/DeskTitle.tsx';
import { Guard } from './parts/Guard.tsx';
import { EmptyState, Loading, ProblemNotice } from './parts/States.tsx';

const SignIn = lazy(() => import('./desks/signin/SignIn.tsx'));
const Activate = lazy(() => import('./desks/signin/Activate.tsx'));
const OrdersPage = lazy(() => import('./desks/orders/OrderPage.tsx'));
const AssignmentPage = lazy(() => import('./desks/inbox/AssignmentPage.tsx'));
const Gallery = lazy(() => import('./desks/gallery/Gallery.tsx'));
const Wall = lazy(() => import('./desks/board/Wall.tsx'));
const DESK_PAGES: Record<Desk, ComponentType> = {
  operator: lazy(() => import('./desks/operator/OperatorDesk.tsx')),
  calls: lazy(() => import('./desks/calls/CallsDesk.tsx')),
  chat: lazy(() => import('./desks/chat/ChatDesk.tsx')),
  dispatch: lazy(() => import('./desks/dispatch/DispatchDesk.tsx')),
  inbox: lazy(() => import('./desks/inbox/InboxDesk.tsx')),
  audit: lazy(() => import('./desks/audit/AuditDesk.tsx')),
  followup: lazy(() => import('./desks/followup/FollowupDesk.tsx')),
  board: lazy(() => import('./desks/board/BoardDesk.tsx')),
  overdue: lazy(() => import('./desks/overdue/OverdueDesk.tsx')),
  supervision: lazy(() => import('./desks/supervision/SupervisionDesk.tsx')),
  rates: lazy(() => import('./desks/rates/RatesDesk.tsx')),
  orders: lazy(() => import('./desks/orders/OrdersDesk.tsx')),
  calendar: lazy(() => import('./desks/calendar/CalendarDesk.tsx')),
  doors: lazy(() => import('./desks/doors/DoorsDesk.tsx')),
};
/** What stands behind the path of a desk: the chosen order or task. */
const REST: Record<Desk, string> = {
  operator: '',
  calls: '',
  chat: '/:chatId?',
  dispatch: '/:orderId?',
  inbox: '',
  audit: '/:orderId?',
  followup: '/:taskId?',
  board: '',
  overdue: '',
  supervision: '/:supervisionId?',
  rates: '',
  orders: '',
  calendar: '',
  doors: '',
};

export const App = () => (
  <Guard>
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route path="/activate" element={<Activate />} />
        <Route path="*" element={<Signed />} />
      </Routes>
    </Suspense>
  </Guard>
);

/** Whoever is not signed in signs in here, at the address that was asked for. */
function Signed() {
  const session = useSession();
  if (session.data) return <Console me={session.data} />;
  if (session.data === null) return <SignIn />;
  const problem = asProblem(session.error);
  if (!problem) return <Loading />;
  return (
    <main className="pad">
      <ProblemNotice problem={problem} kind="read" retry={() => void session.refetch()} />
    </main>
  );
}

function Console({ me }: { me: Me }) {
  const home = me.desks[0];
  const wall = useLocation().pathname === '/wall' && me.desks.includes('board');
  if (wall)
    return (
      <SessionProvider me={me}>
        <Suspense fallback={<Loading />}>
          <Wall />
        </Suspense>
      </SessionProvider>
    );
  return (
    <SessionProvider me={me}>
      <Frame me={me}>
        <Guard>
          <Suspense fallback={<Loading />}>
            <Routes>
              {DESKS.map((desk) => (me.desks.includes(desk) ? deskRoute(desk) : otherDesk(desk)))}
              <Route path="/wall" element={notYours} />
              <Route path="/gallery" element={<Gallery />} />
              <Route path="/orders/:orderId" element={<OrdersPage />} />
              <Route path="/inbox/:orderId/:assignmentId" element={<AssignmentPage />} />
              <Route
                path="/"
                element={
                  home ? (
                    <Navigate to={DESK_PATH[home]} replace />
                  ) : (
                    <Without what="frame.no_desk" next="frame.no_desk_next" />
                  )
                }
              />
              <Route path="/signin" element={<Navigate to="/" replace />} />
              <Route
                path="*"
                element={<Without what="frame.not_here" next="frame.not_here_next" />}
              />
            </Routes>
          </Suspense>
        </Guard>
      </Frame>
    </SessionProvider>
  );
}

function deskRoute(desk: Desk): ReactNode {
  const Page = DESK_PAGES[desk];
  return <Route key={desk} path={`${DESK_PATH[desk]}${REST[desk]}`} element={<Page />} />;
}

const notYours = <Without what="frame.not_yours" next="frame.not_yours_next" />;

/** The address of a colleague's desk, such as a link that somebody passed on. */
const otherDesk = (desk: Desk): ReactNode => (
  <Route key={desk} path={`${DESK_PATH[desk]}${REST[desk]}`} element={notYours} />
);

/** Instead of a page: why there is none, and what to do. */
function Without({ what, next }: { what: TextKey; next: TextKey }) {
  const { say } = useWords();
  return (
    <>
      <DeskTitle title={say(what)} />
      <EmptyState title={say(what)}>{say(next)}</EmptyState>
    </>
  );
}
