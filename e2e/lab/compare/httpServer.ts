/** Answers every request with one status: `node httpServer.ts PORT STATUS`, in the network namespace of a pod. */
import { createServer } from 'node:http';

const [, , port, status] = process.argv;
createServer((request, response) => {
  request.resume();
  response.writeHead(Number(status)).end();
})
  // Envoy leaves spaces in a path out of which it took a token.
  .on('clientError', (_, socket) =>
    socket.end(
      `HTTP/1.1 ${status} Odd\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
    ),
  )
  .listen(Number(port));
