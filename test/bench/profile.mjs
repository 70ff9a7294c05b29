// Loaded into each process of the house where `HOTLINE_PROFILE` names a directory: its CPU profile.
import fs from 'node:fs';
import { Session } from 'node:inspector';
import path from 'node:path';

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.on('exit', () =>
  session.post('Profiler.stop', (error, told) => {
    const name = `${path.basename(process.argv[1] ?? 'node', '.js')}-${process.pid}.cpuprofile`;
    if (!error) fs.writeFileSync(path.join(process.env.HOTLINE_PROFILE, name), JSON.stringify(told.profile)); // prettier-ignore
  }),
);
