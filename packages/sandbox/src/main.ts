import { PortInUseError } from './listen';
import { Sandbox, startSandbox } from './startSandbox';
import { generateMesh } from './synthetic';

/* eslint-disable no-console */

function readPort(name: string, fallback: number): number {
  const text = process.env[name];
  const value = text ? Number(text) : fallback;
  if (!Number.isInteger(value) || value < 0 || value > 65535) {
    throw new RangeError(`${name} must be a port number, not "${text}"`);
  }
  return value;
}

/** A generated mesh of so many services; undefined: the demo. */
function readObjects(): object[] | undefined {
  const text = process.env.SANDBOX_SERVICES;
  if (!text) {
    return undefined;
  }
  const services = Number(text);
  if (!Number.isInteger(services) || services < 1) {
    throw new RangeError(
      `SANDBOX_SERVICES must be a number of services, not "${text}"`,
    );
  }
  return generateMesh({ services });
}

/** `free`, or a number that is added to every NodePort. */
function readNodePorts() {
  const text = process.env.SANDBOX_GATEWAY_PORT_OFFSET;
  if (text === 'free') {
    return 'free' as const;
  }
  const offset = readPort('SANDBOX_GATEWAY_PORT_OFFSET', 0);
  return offset === 0 ? ('data' as const) : { offset };
}

function stopOnSignal(sandbox: Sandbox) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      sandbox.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

async function main() {
  const sandbox = await startSandbox({
    apiPort: readPort('SANDBOX_API_PORT', 7481),
    nodePorts: readNodePorts(),
    objects: readObjects(),
  });
  stopOnSignal(sandbox);
  const gateways = sandbox.gateways
    .map(({ service, url }) => `${service} ${url}`)
    .join(', ');
  console.log(
    `Sandbox ready: Kubernetes API ${sandbox.apiUrl}, gateways ${gateways}`,
  );
}

main().catch(error => {
  const expected =
    error instanceof PortInUseError || error instanceof RangeError;
  console.error(
    `The sandbox did not start: ${expected ? error.message : error?.stack}`,
  );
  process.exit(1);
});
