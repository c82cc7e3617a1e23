/** A workload's program: answers 200 with what it received, so that a test sees what the proxy let through. */
import { createServer } from 'node:http';

const [, , name, port] = process.argv;

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const headers: Record<string, string[]> = {};
    for (let i = 0; i < request.rawHeaders.length; i += 2) {
      const key = request.rawHeaders[i].toLowerCase();
      (headers[key] ??= []).push(request.rawHeaders[i + 1]);
    }
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        workload: name,
        method: request.method,
        path: request.url,
        headers,
      }),
    );
  });
});
// A proxy keeps connections for long: closed by this end, one would be used in vain now and then (503).
server.keepAliveTimeout = 0;
server.listen(Number(port));
