import { createServer, Server } from 'node:net';
import { startSandbox } from '.';
import { KubeObject } from './api/object';

/** Takes a port of those that were found free, as another program could at this very moment. */
let takePort: ((objects: KubeObject[]) => Promise<void>) | undefined;

jest.mock('./nodePorts', () => {
  const actual = jest.requireActual('./nodePorts');
  return {
    ...actual,
    chooseNodePorts: async (...args: unknown[]) => {
      const objects = await actual.chooseNodePorts(...args);
      await takePort?.(objects);
      return objects;
    },
  };
});

describe('a free port that somebody else takes first', () => {
  let servers: Server[];
  beforeEach(() => {
    servers = [];
  });
  afterEach(() => {
    servers.forEach(server => server.close());
  });

  async function takeFirst(objects: KubeObject[]): Promise<void> {
    const ports = objects
      .filter(({ kind }) => kind === 'Service')
      .flatMap(({ spec }) => (spec as { ports?: object[] }).ports ?? [])
      .flatMap(port => ('nodePort' in port ? [Number(port.nodePort)] : []));
    const server = createServer();
    servers.push(server);
    await new Promise<void>(resolve => {
      server.listen(ports[0], '127.0.0.1', resolve);
    });
  }

  it('is left to it: others are found', async () => {
    takePort = async objects => {
      takePort = undefined;
      await takeFirst(objects);
    };
    const sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    expect(servers).toHaveLength(1);
    await sandbox.stop();
  });

  it('is an error where it happens again and again', async () => {
    takePort = takeFirst;
    await expect(
      startSandbox({ apiPort: 0, nodePorts: 'free' }),
    ).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    expect(servers).toHaveLength(5);
  });
});
