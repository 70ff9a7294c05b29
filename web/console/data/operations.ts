/** The live figures of telephone and chat: read again when a call, a seat or a chat changes. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { OperationsView } from '../../../src/reporting/schema.ts';
import type { ConnectRate } from '../../../src/telephony/schema.ts';
import { call } from './client.ts';
import { listenToCalls, listenToChats } from './live.ts';
import { queryClient } from './queries.ts';

const KEY = 'operations';
/** Bursts of news become one reading. */
const GATHER_MS = 500;
/** What falls due without news: a call to return that is late now. */
const LOOK_MS = 15_000;

/** @param on not read while the board is held or the viewer is not of the centre. */
export function useOperations(on: boolean) {
  useEffect(() => {
    if (!on) return undefined;
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const news = () => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        void queryClient.invalidateQueries({ queryKey: [KEY] });
      }, GATHER_MS);
    };
    const deaf = [listenToCalls(news), listenToChats({ news })];
    return () => {
      clearTimeout(gathering);
      deaf.forEach((stop) => stop());
    };
  }, [on]);
  return useQuery<OperationsView>({
    queryKey: [KEY],
    enabled: on,
    refetchInterval: LOOK_MS,
    queryFn: ({ signal }) => call<OperationsView>('GET', '/operations', { signal }),
  });
}

/** 接通率 of the 24 hours from an instant; undefined: nothing was chosen, nothing is asked. */
export const useConnectRate = (from: string | undefined) =>
  useQuery<ConnectRate>({
    queryKey: ['connect-rate', from],
    enabled: from !== undefined,
    queryFn: ({ signal }) =>
      call<ConnectRate>('GET', '/telephony/connect-rate', { query: { from }, signal }),
  });
