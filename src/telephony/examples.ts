/** One example of every message between a switch and the platform; a test reads each with its schema. */
const callId = 'b2c4-7f10@sip.yunting.example';
const at = '2026-11-21T10:00:00.000Z';
const caller = { from: '13800000000', to: '12345' };

export const EXAMPLES = {
  events: {
    ringing: { type: 'call.ringing', callId, at, ...caller },
    ringingWithheld: { type: 'call.ringing', callId, at, from: '', to: '12345', skill: 'dialect' },
    answered: {
      type: 'call.answered',
      callId,
      at: '2026-11-21T10:00:07.000Z',
      legId: 'leg-1',
      target: '8001',
    },
    held: { type: 'call.held', callId, at: '2026-11-21T10:01:00.000Z', on: true },
    transferredToPolice: {
      type: 'call.transferred',
      callId,
      at: '2026-11-21T10:01:30.000Z',
      target: '110',
      legId: 'leg-2',
      mode: 'blind',
    },
    transferredToColleague: {
      type: 'call.transferred',
      callId,
      at: '2026-11-21T10:01:30.000Z',
      target: '8002',
      legId: 'leg-2',
      mode: 'consult',
    },
    abandoned: { type: 'call.abandoned', callId, at: '2026-11-21T10:00:20.000Z' },
    ended: {
      type: 'call.ended',
      callId,
      at: '2026-11-21T10:03:00.000Z',
      by: 'caller',
      reason: 'normal',
    },
    recordingReady: {
      type: 'recording.ready',
      callId,
      at: '2026-11-21T10:03:05.000Z',
      recordingId: 'rec-1',
      uri: 'https://recordings.switch.example/2026/11/21/rec-1.wav',
      seconds: 173,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
  },
  taken: {
    id: '01979e2a-5c1f-7000-8000-0123456789ab',
    state: 'done',
    callId: '01979e2a-5c1f-7000-8000-0123456789ac',
  },
  questions: {
    first: { callId, at, ...caller },
    emergencyKey: { callId, at, ...caller, skill: 'emergency' },
    offerFailed: {
      callId,
      at,
      ...caller,
      tried: {
        target: '8001',
        offerId: '01979e2a-5c1f-7000-8000-0123456789ad',
        result: 'no_answer',
      },
    },
    offerFailedUnnamed: { callId, at, ...caller, tried: { target: '8001', result: 'no_answer' } },
  },
  answers: {
    offer: {
      action: 'offer',
      target: '8001',
      offerId: '01979e2a-5c1f-7000-8000-0123456789ad',
      ringSeconds: 15,
    },
    wait: {
      action: 'wait',
      position: 3,
      expectedWaitSeconds: 40,
      announcement: 'queue_position',
      askAgainMs: 500,
    },
    refuse: { action: 'refuse', announcement: 'restricted' },
    overflow: { action: 'overflow', announcement: 'call_back' },
  },
  commands: {
    answer: { command: 'answer', callId, extension: '8001' },
    hold: { command: 'hold', callId, extension: '8001' },
    transferToPolice: { command: 'transfer', callId, target: '110', extension: '8001' },
    consult: { command: 'consult', callId, target: '8002', extension: '8001' },
    complete: { command: 'complete', callId, extension: '8001' },
    hangup: { command: 'hangup', callId, extension: '8001' },
  },
} as const;
