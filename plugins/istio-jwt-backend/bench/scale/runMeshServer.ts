/** A {@link MeshServer} with a mesh that changes, in a process of its own. */
import { buildCanary } from './canary';
import { generateChurn, generateMesh } from 'istio-jwt-sandbox';
import { MeshServer } from './MeshServer';

export type MeshServerRequest =
  | { kind: 'start'; services: number; podsPerService: number; seed: number }
  | { kind: 'churn'; changesPerMinute: number }
  /** Adds a service, or takes it away again. */
  | { kind: 'canary'; number: number; present: boolean }
  | { kind: 'load' }
  | { kind: 'away' }
  | { kind: 'back' };

let server: MeshServer;
let port = 0;
let options: { services: number; podsPerService: number; seed: number };
let churn: NodeJS.Timeout | undefined;

async function handle(request: MeshServerRequest): Promise<unknown> {
  switch (request.kind) {
    case 'start': {
      const { services, podsPerService, seed } = request;
      options = { services, podsPerService, seed };
      server = new MeshServer(generateMesh(options));
      const url = await server.listen();
      port = Number(new URL(url).port);
      return url;
    }
    case 'churn': {
      clearInterval(churn);
      const changes = generateChurn(options);
      const { changesPerMinute } = request;
      churn = setInterval(() => {
        changes.next().value.forEach(change => server.change(change));
      }, 60_000 / changesPerMinute);
      return undefined;
    }
    case 'canary':
      buildCanary(request.number).forEach(object =>
        server.change({ type: request.present ? 'ADDED' : 'DELETED', object }),
      );
      return Date.now();
    case 'away':
      return server.close();
    case 'back':
      return server.listen(port);
    default:
      return {
        ...server.load,
        rss: process.memoryUsage().rss,
        cpu: process.cpuUsage(),
      };
  }
}

process.on('message', async ({ id, request }: any) => {
  // A field without a value would not arrive.
  process.send!({ benchAnswer: (await handle(request)) ?? null, id });
});
// Whoever asked is gone.
process.on('disconnect', () => process.exit());
