import { createServer } from 'node:http';
import { findKindByPlural } from '../api/kinds';
import { isRecord, KubeObject, objectKey } from '../api/object';
import { ObjectStore } from '../api/store';
import { listen, Listening } from '../listen';
import { writeAnswer } from './answer';
import { GatewayListener, GatewayProxy } from './GatewayProxy';

const SERVICES = findKindByPlural('', 'v1', 'services')!;
const MAX_GATEWAY_PORTS = 32;
/** Envoy's default for request headers. */
const MAX_HEADER_BYTES = 60 * 1024;

/** Opens one HTTP server per NodePort of the mesh and follows the Services. @internal */
export class GatewayServers {
  readonly #open = new Map<number, Listening & { target: GatewayListener }>();
  #pending: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly store: ObjectStore,
    private readonly proxy: GatewayProxy,
    private readonly host: string,
  ) {}

  /** @throws PortInUseError */
  async start(): Promise<void> {
    await this.#reconcile();
    this.store.subscribe(event => {
      if (event.kind === SERVICES) {
        this.#pending = this.#pending
          .then(() => this.#reconcile())
          .catch(error => {
            // eslint-disable-next-line no-console
            console.error(`sandbox: ${error.message}`);
          });
      }
    });
  }

  /** Gateways that listen, by `namespace/name` of their Service. */
  list(): { service: string; url: string }[] {
    return [...this.#open.values()].map(({ target, host, port }) => ({
      service: objectKey(target.service.namespace, target.service.name),
      url: `http://${host}:${port}`,
    }));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#pending;
    await Promise.all([...this.#open.values()].map(entry => entry.close()));
    this.#open.clear();
  }

  async #reconcile(): Promise<void> {
    if (this.#stopped) {
      return;
    }
    const wanted = new Map(
      this.store
        .list(SERVICES)
        .flatMap(listNodePorts)
        .slice(0, MAX_GATEWAY_PORTS),
    );
    for (const [nodePort, entry] of this.#open) {
      const target = wanted.get(nodePort);
      if (target) {
        Object.assign(entry.target, target);
      } else {
        this.#open.delete(nodePort);
        await entry.close();
      }
    }
    for (const [nodePort, target] of wanted) {
      if (!this.#open.has(nodePort)) {
        this.#open.set(nodePort, await this.#listen(nodePort, target));
      }
    }
  }

  async #listen(nodePort: number, target: GatewayListener) {
    const server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        requestTimeout: 15_000,
        headersTimeout: 10_000,
      },
      (request, response) => {
        // Bodies are of no interest here, and must not pile up.
        request.resume();
        this.proxy.answer(target, request).then(
          answer => writeAnswer(answer, request, response),
          error => {
            // eslint-disable-next-line no-console
            console.error('sandbox: gateway failed', error?.stack);
            writeAnswer(
              { kind: 'text', status: 503, body: 'The sandbox failed' },
              request,
              response,
            );
          },
        );
      },
    );
    server.maxConnections = 1024;
    const name = objectKey(target.service.namespace, target.service.name);
    const listening = await listen(
      server,
      this.host,
      nodePort,
      `the gateway ${name}`,
    );
    return { ...listening, target };
  }
}

function listNodePorts(service: KubeObject): [number, GatewayListener][] {
  const spec = isRecord(service.spec) ? service.spec : {};
  if (spec.type !== 'NodePort' || !Array.isArray(spec.ports)) {
    return [];
  }
  const { namespace = 'default', name } = service.metadata;
  return spec.ports
    .filter(port => isRecord(port) && Number.isInteger(port.nodePort))
    .map(port => [
      port.nodePort,
      { service: { namespace, name }, port: port.port },
    ]);
}
