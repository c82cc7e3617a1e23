import { createServer, Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { isRecord, KubeObject } from './api/object';

/**
 * Which ports the gateways take: those in the data, those plus an offset, or free ones. Services in
 * the store always name the port that really listens.
 *
 * @public
 */
export type NodePortChoice = 'data' | 'free' | { offset: number };

/** Copies of the objects with every Service's `nodePort` replaced. @internal */
export async function chooseNodePorts(
  objects: KubeObject[],
  choice: NodePortChoice,
  host: string,
): Promise<KubeObject[]> {
  if (choice === 'data') {
    return objects;
  }
  const ports = objects.flatMap(listNodePorts);
  const chosen =
    choice === 'free'
      ? await findFreePorts(ports.length, host)
      : ports.map(port => port + choice.offset);
  const replacements = new Map(
    ports.map((port, index) => [port, chosen[index]]),
  );
  return objects.map(object => replaceNodePorts(object, replacements));
}

function listNodePorts(object: KubeObject): number[] {
  return readPorts(object).flatMap(({ nodePort }) =>
    typeof nodePort === 'number' ? [nodePort] : [],
  );
}

function readPorts(object: KubeObject): Record<string, unknown>[] {
  return object.kind === 'Service' &&
    isRecord(object.spec) &&
    Array.isArray(object.spec.ports)
    ? object.spec.ports.filter(isRecord)
    : [];
}

function replaceNodePorts(
  object: KubeObject,
  replacements: Map<number, number>,
): KubeObject {
  if (listNodePorts(object).length === 0) {
    return object;
  }
  return {
    ...object,
    spec: {
      ...(object.spec as object),
      ports: readPorts(object).map(port => {
        const replacement = replacements.get(port.nodePort as number);
        return replacement ? { ...port, nodePort: replacement } : port;
      }),
    },
  };
}

/** Holds all ports open until the last is known, so that none is given twice. */
async function findFreePorts(count: number, host: string): Promise<number[]> {
  const servers: Server[] = [];
  for (let index = 0; index < count; index += 1) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, host, resolve);
    });
    servers.push(server);
  }
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(
    servers.map(server => new Promise(resolve => server.close(resolve))),
  );
  return ports;
}
