import { ConfigReader } from '@backstage/config';
import { lookup } from 'node:dns/promises';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { readIstioJwtConfig } from '../config';
import { AddressGuard } from './AddressGuard';
import { GatewayClient } from './GatewayClient';

// Name servers are the attacker's here.
jest.mock('node:dns/promises', () => ({ lookup: jest.fn() }));
const resolved = lookup as unknown as jest.Mock;

describe('a name that means another address at the next look-up', () => {
  let server: Server;
  let hits: number;

  beforeEach(async () => {
    hits = 0;
    server = createServer((_, response) => {
      hits += 1;
      response.end();
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    resolved.mockReset();
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise(resolve => {
      server.close(resolve);
    });
  });

  const send = async (allowed: string[]) => {
    const client = new GatewayClient({
      target: {
        kind: 'address',
        host: 'gateway.attacker.example',
        port: (server.address() as AddressInfo).port,
      },
      protocol: 'http',
      host: 'shop.example.com',
      guard: new AddressGuard(allowed),
      config: readIstioJwtConfig(new ConfigReader({})).probes,
    });
    const answer = await client.send({
      method: 'GET',
      host: 'shop.example.com',
      path: '/',
      headers: {},
    });
    await client.close();
    return answer;
  };

  it('is connected to as it was judged, and looked up once', async () => {
    resolved
      .mockResolvedValueOnce([{ address: '127.0.0.1', family: 4 }])
      .mockResolvedValue([{ address: '169.254.169.254', family: 4 }]);
    expect(await send(['127.0.0.1/32'])).toMatchObject({ status: 200 });
    expect(resolved).toHaveBeenCalledTimes(1);
    expect(hits).toBe(1);
  });

  it('is not connected to where it means loopback by then', async () => {
    resolved.mockResolvedValue([{ address: '127.0.0.1', family: 4 }]);
    expect(await send([])).toMatchObject({
      kind: 'error',
      code: 'ADDRESS_REFUSED',
    });
    expect(hits).toBe(0);
  });

  it('has none of its addresses taken but those that are allowed', async () => {
    resolved.mockResolvedValue([
      { address: '169.254.169.254', family: 4 },
      { address: '::ffff:169.254.169.254', family: 6 },
    ]);
    expect(await send([])).toMatchObject({
      code: 'ADDRESS_REFUSED',
      message: expect.stringContaining('never connected to'),
    });
  });
});
