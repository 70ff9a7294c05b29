/** Doors of other systems: who may knock, and what could not be taken. */
import { useQuery } from '@tanstack/react-query';
import type {
  DoorMessageView,
  MessageState,
  Redriven,
  SourceView,
} from '../../../src/door/schema.ts';
import type { Page } from '../../../src/workorder/schema.ts';
import { call } from './client.ts';
import { usePages } from './queries.ts';

const PAGE = 50;

/** Everything of the doors; read again at their news. */
export const DOOR_KEY = 'door';

export const useLetters = (state: MessageState) =>
  usePages<DoorMessageView>([DOOR_KEY, 'messages', state], (cursor, signal) =>
    call<Page<DoorMessageView>>('GET', '/door/messages', {
      query: { state, cursor, limit: PAGE },
      signal,
    }),
  );

export const useSources = () =>
  useQuery({
    queryKey: [DOOR_KEY, 'sources'],
    queryFn: ({ signal }) => call<{ items: SourceView[] }>('GET', '/door/sources', { signal }),
  });

export const redrive = (id: string, key: string) =>
  call<Redriven>('POST', `/door/messages/${id}/redrive`, { key });
export const giveUp = (id: string, key: string) =>
  call<Redriven>('POST', `/door/messages/${id}/give-up`, { key });
