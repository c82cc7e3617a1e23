/** What `schedule.ts` probes, in a process of its own: a Kubernetes API, and a gateway that decides by a list. */
import { generateMesh, startSandbox } from 'istio-jwt-sandbox';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';

export interface RecordedRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[]>;
}

type Message =
  | {
      kind: 'start';
      services: number;
      latencyMs: number;
      validToken: string;
      enforcedHosts: string[];
    }
  | { kind: 'forget' | 'requests' };

const answer = (benchAnswer: unknown) => process.send!({ benchAnswer });

// Whoever asked is gone.
process.on('disconnect', () => process.exit());

let requests: RecordedRequest[] = [];

process.on('message', async (message: Message) => {
  if (message.kind === 'forget') {
    requests = [];
    answer('forgotten');
  } else if (message.kind === 'requests') {
    answer(requests);
    requests = [];
  } else {
    const sandbox = await startSandbox({
      apiPort: 0,
      nodePorts: 'free',
      objects: generateMesh({ services: message.services }),
    });
    answer({
      apiUrl: sandbox.apiUrl,
      gatewayPort: await startGateway(message),
    });
  }
});

async function startGateway({
  latencyMs,
  validToken,
  enforcedHosts,
}: Extract<Message, { kind: 'start' }>): Promise<number> {
  const enforced = new Set(enforcedHosts);
  const server = createServer((request, response) => {
    const { url } = request;
    const { authorization, host = '' } = request.headers;
    requests.push({
      method: request.method!,
      path: request.url!,
      headers: request.headers as RecordedRequest['headers'],
    });
    const reply = () => {
      if (authorization && !authorization.includes(validToken)) {
        response.writeHead(401).end('Jwt verification fails');
      } else if (!authorization && url !== '/healthz' && enforced.has(host)) {
        response.writeHead(403).end('RBAC: access denied');
      } else {
        response.writeHead(200).end('hello');
      }
    };
    if (latencyMs > 0) {
      setTimeout(reply, latencyMs);
    } else {
      reply();
    }
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
