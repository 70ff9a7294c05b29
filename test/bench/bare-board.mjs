// The bare server beside which boards are measured, in a process of its own as ours are: it tells all
// its sockets whatever it is told.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const all = new Server(server, { serveClient: false });
process.on('message', (push) => all.emit('board', push));
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
