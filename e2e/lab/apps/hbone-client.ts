/**
 * The caller's half of ztunnel, for one Service: takes connections to the Service's address and carries
 * each through the waypoint by HBONE (HTTP/2 CONNECT over mutual TLS), with the Pod's own identity.
 *
 * Arguments: folder with `key.pem`, `cert-chain.pem` and `root-cert.pem` of the identity; address and
 * SPIFFE identity of the waypoint; address and port of the Service, which are this host's own here.
 */
import { readFileSync } from 'node:fs';
import { connect, type ClientHttp2Session } from 'node:http2';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';

const HBONE_PORT = 15008;
const [, , certDir, waypoint, identity, address, port] = process.argv;
const read = (name: string) => readFileSync(join(certDir, name));

function connectToWaypoint(): ClientHttp2Session {
  const session = connect(`https://${waypoint}:${HBONE_PORT}`, {
    createConnection: () =>
      connectTls({
        host: waypoint,
        port: HBONE_PORT,
        key: read('key.pem'),
        cert: read('cert-chain.pem'),
        ca: read('root-cert.pem'),
        ALPNProtocols: ['h2'],
        // Certificates of the mesh name identities, not hosts.
        checkServerIdentity: (_, { subjectaltname }) =>
          subjectaltname === `URI:spiffe://${identity}`
            ? undefined
            : new Error(`${subjectaltname} is not the waypoint`),
      }),
  });
  // Whoever waits for it is told by the stream.
  session.on('error', error => console.error(`waypoint: ${error.message}`));
  return session;
}

createServer({ allowHalfOpen: true }, socket => {
  // One each: a waypoint that was started again is found at once.
  const session = connectToWaypoint();
  const tunnel = session.request(
    { ':method': 'CONNECT', ':authority': `${address}:${port}` },
    { endStream: false },
  );
  const end = () => {
    socket.destroy();
    session.destroy();
  };
  tunnel.on('response', ({ ':status': status }) => {
    if (status === 200) {
      socket.pipe(tunnel).pipe(socket);
    } else {
      console.error(`waypoint: CONNECT was answered ${status}`);
      end();
    }
  });
  for (const part of [socket, tunnel]) {
    part.on('error', error => {
      console.error(error.message);
      end();
    });
  }
  socket.on('close', end);
  tunnel.on('close', end);
}).listen(Number(port), address);
