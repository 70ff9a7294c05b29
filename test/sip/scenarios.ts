/**
 * What SIPp plays: callers, operators' telephones, the emergency centre. Each scenario writes one line
 * per turn of a call into its log (`<Call-ID> <what> …`), which the test compares with the platform.
 */

const SDP = (port: string, direction = 'sendrecv'): string => `v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio ${port} RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=${direction}`;

const scenario = (name: string, steps: string[]): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="${name}">
${steps.join('\n')}
</scenario>
`;

/** A message; SIPp counts the length of the body itself. */
const send = (attributes: string, head: string, body = ''): string =>
  `<send ${attributes}><![CDATA[
${head}
${body ? 'Content-Type: application/sdp\n' : ''}Content-Length: [len]

${body}
]]></send>`;

const log = (line: string): string =>
  `<nop><action><log message="[call_id] ${line}"/></action></nop>`;
const label = (id: string): string => `<label id="${id}"/>`;
const pause = (ms: number): string => `<pause milliseconds="${ms}"/>`;

// ---------------------------------------------------------------- callers

const INVITE = 'z9hG4bK-i-[pid]-[call_number]';
const from = 'From: <sip:[field0]@[local_ip]:[local_port]>;tag=c[pid]-[call_number]';
const contact = 'Contact: <sip:[field0]@[local_ip]:[local_port]>';

/** A request of the caller's in the dialog, over the route that the answer recorded. */
const callerRequest = (method: string, cseq: string, extra = ''): string =>
  `${method} [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
[routes]
${from}
To: [$peer]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
${contact}
Max-Forwards: 70${extra}`;

/** Who answered, with the tag that belongs to the dialog. */
const PEER =
  '<action><ereg regexp="&lt;.*" search_in="hdr" header="To:" assign_to="peer"/></action>';

const failedAck = `ACK sip:12345@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=${INVITE}
${from}
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70`;

export interface CallerPlan {
  /** Milliseconds after which the caller gives up waiting. */
  patienceMs: number;
  /** Milliseconds of talk after which the caller hangs up, unless the operator did before. */
  talkMs: number;
  /** What the trunk's menu found. */
  skill?: string;
  /** A G.711 A-law file that the caller speaks; without it the caller is silent. */
  audio?: string;
}

/** Rings 12345 with the number of its line of the file, waits, talks, hangs up; or gives up. */
export function caller(plan: CallerPlan): string {
  const speak = plan.audio
    ? [`<nop><action><exec rtp_stream="${plan.audio},-1,8"/></action></nop>`]
    : [];
  const menu = plan.skill ? `\nX-Hotline-Skill: ${plan.skill}` : '';
  const port = plan.audio ? '[rtpstream_audio_port]' : '[media_port]';
  // SIPp counts a time-out at the first of the messages that may come.
  const patience = `timeout="${plan.patienceMs}" ontimeout="give_up"`;
  const talk = `timeout="${plan.talkMs}" ontimeout="hang_up"`;
  const maybe = (code: string, more: string) =>
    `<recv response="${code}" response_txn="invite" optional="true" ${more}/>`;
  const waited = [
    ...['100', '180', '182', '183'].map((code) => maybe(code, patience)),
    ...['408', '480', '482', '500', '503', '603'].map((code) =>
      maybe(code, `next="turned_away" ${patience}`),
    ),
  ];
  return scenario('caller', [
    send(
      'retrans="500" start_txn="invite"',
      `INVITE sip:12345@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=${INVITE}
${from}
To: <sip:12345@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
${contact}
Max-Forwards: 70${menu}`,
      SDP(port),
    ),
    ...waited,
    `<recv response="200" response_txn="invite" rrs="true" ${patience}>${PEER}</recv>`,
    send('ack_txn="invite"', callerRequest('ACK', '1')),
    log('answered'),
    ...speak,
    label('talk'),
    `<recv request="INVITE" optional="true" next="held" ${talk}/>`,
    `<recv request="BYE" ${talk}/>`,
    send(
      'next="end"',
      `SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]`,
    ),
    label('hang_up'),
    send('retrans="500" start_txn="bye"', callerRequest('BYE', '2')),
    '<recv response="200" response_txn="bye" next="said"/>',
    label('said'),
    log('ended caller'),
    '<nop next="over"/>',
    label('end'),
    log('ended operator'),
    '<nop next="over"/>',
    label('held'),
    send(
      '',
      `SIP/2.0 200 OK
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
${contact}`,
      SDP(port),
    ),
    '<recv request="ACK" next="talk"/>',
    label('give_up'),
    send(
      'retrans="500" start_txn="cancel"',
      `CANCEL sip:12345@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=${INVITE}
${from}
To: <sip:12345@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 CANCEL
Max-Forwards: 70`,
    ),
    // Either may come first, and the telephone may have been lifted at that instant.
    ...['100', '180', '182'].map((code) => maybe(code, '')),
    '<recv response="200" response_txn="cancel" optional="true"/>',
    maybe('200', 'rrs="true" next="late"').replace('/>', `>${PEER}</recv>`),
    '<recv response="487" response_txn="invite"/>',
    send('ack_txn="invite"', failedAck),
    log('abandoned'),
    '<nop next="over"/>',
    label('late'),
    send('ack_txn="invite"', callerRequest('ACK', '1')),
    log('answered'),
    '<nop next="hang_up"/>',
    label('turned_away'),
    send('ack_txn="invite"', failedAck),
    log('turned_away'),
    label('over'),
    '<timewait milliseconds="200"/>',
  ]);
}

/**
 * A caller whose line the operator hands to somebody else: takes the REFER, dials what it says as a
 * trunk's gateway does, tells the operator, talks in the new leg and hangs up there.
 */
export function handedOver(plan: { talkMs: number }): string {
  const leg = `From: <sip:[field0]@[local_ip]:[local_port]>;tag=n[pid]-[call_number]
To: <sip:[$target]>[$leg_tag]
Call-ID: leg///[call_id]`;
  return scenario('handed over', [
    send(
      'retrans="500" start_txn="invite"',
      `INVITE sip:12345@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=${INVITE}
${from}
To: <sip:12345@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
${contact}
Max-Forwards: 70`,
      SDP('[media_port]'),
    ),
    ...['100', '180', '182', '183'].map(
      (code) => `<recv response="${code}" response_txn="invite" optional="true"/>`,
    ),
    `<recv response="200" response_txn="invite" rrs="true">${PEER}</recv>`,
    send('ack_txn="invite"', callerRequest('ACK', '1')),
    log('answered'),
    `<recv request="REFER"><action>
  <ereg regexp="sip:([^>]*)" search_in="hdr" header="Refer-To:" check_it="true" assign_to="whole,target"/>
  <assignstr assign_to="leg_tag" value=""/>
  <log message="[call_id] referred [$target]"/>
</action></recv>`,
    send(
      '',
      `SIP/2.0 202 Accepted
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
${contact}`,
    ),
    // The new leg: a call of its own, by the address that the switch wrote.
    send(
      'retrans="500" start_txn="leg"',
      `INVITE sip:[$target] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-l-[pid]-[call_number]
${leg}
CSeq: 1 INVITE
${contact}
Max-Forwards: 70`,
      SDP('[media_port]'),
    ),
    '<recv response="100" response_txn="leg" optional="true"/>',
    '<recv response="180" response_txn="leg" optional="true"/>',
    // SIPp keeps the route of one dialog only; this one is written down here.
    `<recv response="200" response_txn="leg"><action>
  <ereg regexp=";tag=.*" search_in="hdr" header="To:" assign_to="leg_tag"/>
  <ereg regexp="&lt;sip:.*&gt;" search_in="hdr" header="Record-Route:" assign_to="leg_route"/>
  <ereg regexp="&lt;(sip:[^&gt;]*)" search_in="hdr" header="Contact:" assign_to="leg_contact,leg_uri"/>
</action></recv>`,
    send(
      'ack_txn="leg"',
      `ACK [$leg_uri] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
Route: [$leg_route]
${leg}
CSeq: 1 ACK
${contact}
Max-Forwards: 70`,
    ),
    '<recv request="BYE"/>',
    send(
      '',
      `SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]`,
    ),
    pause(plan.talkMs),
    send(
      'retrans="500" start_txn="bye"',
      `BYE [$leg_uri] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
Route: [$leg_route]
${leg}
CSeq: 2 BYE
${contact}
Max-Forwards: 70`,
    ),
    '<recv response="200" response_txn="bye"/>',
    log('ended handed_over'),
    '<Reference variables="whole,leg_contact"/>',
  ]);
}

// ---------------------------------------------------------------- telephones that are rung

const reply = (line: string, extra = ''): string => `SIP/2.0 ${line}
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=o[pid]-[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[$extension]@[local_ip]:[local_port]>${extra}`;

const ring = `<recv request="INVITE" rrs="true"><action>
  <ereg regexp="sip:([0-9]+)@" search_in="msg" check_it="true" assign_to="invited,extension"/>
  <ereg regexp="CSeq: *([0-9]+)" search_in="msg" check_it="true" assign_to="line,cseq"/>
  <ereg regexp="SIP/2.0.*" search_in="hdr" header="Via:" occurrence="1" assign_to="via"/>
  <ereg regexp="SIP/2.0.*" search_in="hdr" header="Via:" occurrence="2" assign_to="far_via"/>
</action></recv>`;

const canceled = [
  label('canceled'),
  send(
    '',
    `SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=o[pid]-[call_number]
[last_Call-ID:]
[last_CSeq:]`,
  ),
  send(
    'retrans="500"',
    `SIP/2.0 487 Request Terminated
Via: [$via]
Via: [$far_via]
[last_From:]
[last_To:];tag=o[pid]-[call_number]
[last_Call-ID:]
CSeq: [$cseq] INVITE`,
  ),
  '<recv request="ACK"/>',
  log('[$extension] not_answered'),
];

const references = '<Reference variables="invited,line,via,far_via,cseq,extension"/>';

/** In the dialog, from the telephone that was rung. */
const phoneRequest = (method: string, cseq: number, extra = '', body = ''): string =>
  send(
    'retrans="500"',
    `${method} [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:[$extension]@[local_ip]:[local_port]>;tag=o[pid]-[call_number]
To: [$peer]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:[$extension]@[local_ip]:[local_port]>
Max-Forwards: 70${extra}`,
    body,
  );

/** Holds the caller, or takes the caller back. */
const reinvite = (cseq: number, sdp: string): string[] => [
  phoneRequest('INVITE', cseq, '', sdp),
  '<recv response="100" optional="true"/>',
  '<recv response="200"/>',
  phoneRequest('ACK', cseq).replace(' retrans="500"', ''),
];

/**
 * An operator who answers after `ringMs`. The caller's number decides what follows: 137… the operator
 * hangs up after `talkMs`; 138… holds and takes back first; 139… hands over to 110; else the caller ends.
 */
export function operator(plan: { ringMs: number; talkMs: number; earPort: number }): string {
  const sdp = (direction?: string) => SDP(String(plan.earPort), direction);
  const when = (digits: string, name: string) =>
    `  <ereg regexp="sip:${digits}" search_in="hdr" header="From:" assign_to="${name}"/>`;
  return scenario('operator', [
    ring.replace(
      '</action>',
      `${when('137', 'ends')}
${when('138', 'holds')}
${when('139', 'hands_over')}
  <ereg regexp="&lt;.*" search_in="hdr" header="From:" assign_to="peer"/>
</action>`,
    ),
    send('', reply('180 Ringing')),
    `<recv request="CANCEL" timeout="${plan.ringMs}" ontimeout="answer" next="canceled"/>`,
    label('answer'),
    send('retrans="500"', reply('200 OK'), sdp()),
    '<recv request="ACK"/>',
    log('[$extension] answered'),
    '<nop test="ends" next="end"/>',
    '<nop test="holds" next="hold"/>',
    '<nop test="hands_over" next="hand_over"/>',
    label('until_bye'),
    '<recv request="BYE" next="ended"/>',
    label('hold'),
    ...reinvite(1, sdp('sendonly')),
    pause(plan.talkMs),
    ...reinvite(2, sdp()),
    '<nop next="until_bye"/>',
    label('hand_over'),
    phoneRequest('REFER', 1, '\nRefer-To: <sip:110@hotline>'),
    '<recv response="202"/>',
    pause(plan.talkMs),
    label('end'),
    pause(plan.talkMs),
    phoneRequest('BYE', 2),
    '<recv response="200" next="over"/>',
    label('ended'),
    send('next="over"', reply('200 OK').replace(/;tag=o\[pid\]-\[call_number\]/, '')),
    ...canceled,
    label('over'),
    '<timewait milliseconds="200"/>',
    references,
  ]);
}

/** A telephone whose owner is talking already. */
export const busy = (): string =>
  scenario('busy', [
    ring,
    send('retrans="500"', reply('486 Busy Here')),
    '<recv request="ACK"/>',
    log('[$extension] busy'),
    references,
  ]);

/** A telephone that rings on an empty desk. */
export const absent = (): string =>
  scenario('absent', [
    ring,
    send('', reply('180 Ringing')),
    '<recv request="CANCEL"/>',
    ...canceled.slice(1),
    references,
  ]);

/** The emergency centre: answers, and waits for the end. */
export const emergency = (): string =>
  scenario('emergency', [
    ring,
    send('retrans="500"', reply('200 OK'), SDP('[media_port]')),
    '<recv request="ACK"/>',
    log('[$extension] answered'),
    '<recv request="BYE"/>',
    send('', reply('200 OK').replace(/;tag=o\[pid\]-\[call_number\]/, '')),
    '<timewait milliseconds="200"/>',
    references,
  ]);

/** A telephone says where it is: one line of the file each (`extension;[authentication …];address`). */
export const register = (): string => {
  const request = (cseq: number, extra: string) => `REGISTER sip:hotline SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@hotline>;tag=r[pid]-[call_number]
To: <sip:[field0]@hotline>
Call-ID: [call_id]
CSeq: ${cseq} REGISTER
Contact: <sip:[field0]@[field2]>
Expires: 3600
Max-Forwards: 70${extra}`;
  return scenario('register', [
    send('retrans="500"', request(1, '')),
    '<recv response="401" auth="true"/>',
    send('retrans="500"', request(2, '\n[field1]')),
    // A second challenge says that the proof is not believed.
    '<recv response="401" optional="true" next="refused"/>',
    '<recv response="200" next="taken"/>',
    label('refused'),
    '<nop><action><exec int_cmd="stop_now"/></action></nop>',
    label('taken'),
    log('registered'),
  ]);
};
