/** Telephones that ring for this operator. Today only the demo rings; a switch will say the same. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { CallView } from '../../../src/demo/schema.ts';
import { call } from './client.ts';
import { listenToCalls } from './live.ts';
import { queryClient } from './queries.ts';
import { useMe } from './session.tsx';

export type { CallView };

const calls = (signal?: AbortSignal) =>
  call<CallView[]>('GET', '/demo/calls', signal ? { signal } : {});
export const answerCall = (id: string) => call<CallView>('POST', `/demo/calls/${id}/answer`);
export const endCall = (id: string) => call<void>('POST', `/demo/calls/${id}/end`);
export const refreshCalls = () => queryClient.invalidateQueries({ queryKey: ['calls'] });

/** Where nothing pushes any more, a telephone must still be heard. */
const LOOK_EVERY_MS = 15_000;

export interface Calls {
  ringing: CallView | undefined;
  /** The one that is being talked on. */
  talking: CallView | undefined;
}

export function useCalls(): Calls {
  const { demo } = useMe();
  const { data = [] } = useQuery({
    queryKey: ['calls'],
    enabled: demo,
    staleTime: 0,
    refetchInterval: LOOK_EVERY_MS,
    refetchIntervalInBackground: true,
    queryFn: ({ signal }) => calls(signal),
  });
  useEffect(() => (demo ? listenToCalls(() => void refreshCalls()) : undefined), [demo]);
  return {
    ringing: data.find((c) => c.state === 'ringing'),
    talking: data.find((c) => c.state === 'answered' && c.mine),
  };
}
