/**
 * What kube-proxy does for NodePort Services: listens on the node's address and passes connections
 * on to an endpoint. Asks the API server every second which there are.
 */
import { connect, createServer, type Server } from 'node:net';
import { Kube, type Manifest } from '../kube.ts';

const NODE_ADDRESS = '127.0.0.1';
const kube = new Kube(process.argv[2]);
const listeners = new Map<number, { server: Server; targets: string[] }>();

async function readTargets(): Promise<Map<number, string[]>> {
  const [services, slices] = await Promise.all([
    kube.list('/api/v1/services'),
    kube.list('/apis/discovery.k8s.io/v1/endpointslices'),
  ]);
  const targets = new Map<number, string[]>();
  for (const service of services) {
    const { namespace, name } = service.metadata!;
    for (const port of service.spec?.ports ?? []) {
      if (!port.nodePort) continue;
      const found = slices
        .filter(
          slice =>
            slice.metadata?.namespace === namespace &&
            slice.metadata?.labels?.['kubernetes.io/service-name'] === name,
        )
        .flatMap(slice => {
          const slicePort = slice.ports?.find(
            (each: Manifest) => (each.name ?? '') === (port.name ?? ''),
          );
          return slice.endpoints.flatMap((endpoint: Manifest) =>
            endpoint.addresses.map((ip: string) => `${ip}:${slicePort?.port}`),
          );
        });
      targets.set(port.nodePort, found);
    }
  }
  return targets;
}

function open(port: number, targets: string[]) {
  const entry = { server: undefined as unknown as Server, targets };
  entry.server = createServer(client => {
    const target = entry.targets[0];
    if (!target) {
      client.destroy();
      return;
    }
    const [ip, targetPort] = target.split(':');
    const upstream = connect(Number(targetPort), ip);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  entry.server.on('error', error => console.error(port, error.message));
  entry.server.listen(port, NODE_ADDRESS);
  listeners.set(port, entry);
}

for (;;) {
  try {
    const wanted = await readTargets();
    for (const [port, targets] of wanted) {
      const known = listeners.get(port);
      if (known) known.targets = targets;
      else open(port, targets);
    }
    for (const [port, { server }] of listeners) {
      if (wanted.has(port)) continue;
      server.close();
      listeners.delete(port);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message.slice(0, 200) : error);
  }
  await new Promise(resolve => setTimeout(resolve, 1000));
}
