import { AddressGuard, AddressRefused } from './AddressGuard';

describe('AddressGuard', () => {
  const open = new AddressGuard([]);

  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '[fe80::1]',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '100.100.100.200',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    '255.255.255.255',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::a9fe:a9fe',
    '::ffff:0:169.254.169.254',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2002:a9fe:a9fe::1',
    'fec0::1',
    'fd20:ce::254',
    '168.63.129.16',
    '192.0.0.192',
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '::7f00:1',
    'not an address',
  ])('refuses %s by default', async address => {
    expect(await open.check(address, 80)).toMatchObject({ ok: false });
  });

  it.each(['10.0.0.1', '192.168.1.1', '172.18.0.2', '203.0.113.7', 'fd12::1'])(
    'lets %s pass by default: gateways often stand in private networks',
    async address => {
      expect(await open.check(address, 80)).toEqual({ ok: true });
    },
  );

  it('takes a list as the whole truth, but for what is never probed', async () => {
    const guard = new AddressGuard(['127.0.0.1/32', '169.254.0.0/16']);
    expect(await guard.check('127.0.0.1', 80)).toEqual({ ok: true });
    expect(await guard.check('127.0.0.2', 80)).toMatchObject({ ok: false });
    expect(await guard.check('10.0.0.1', 80)).toMatchObject({ ok: false });
    expect(await guard.check('169.254.169.254', 80)).toMatchObject({
      ok: false,
    });
  });

  it('never lets a probe reach an API server', async () => {
    const guard = new AddressGuard(['127.0.0.0/8'], async () => [
      { ip: '127.0.0.1', port: 7481 },
    ]);
    expect(await guard.check('::ffff:127.0.0.1', 7481)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('API server'),
    });
    expect(await guard.check('127.0.0.1', 30080)).toEqual({ ok: true });
  });

  it('connects to nothing while it is not known where an API server is', async () => {
    const guard = new AddressGuard([], async () => {
      throw new AddressRefused('api.example does not resolve');
    });
    expect(await guard.check('10.0.0.1', 80)).toEqual({
      ok: false,
      reason: 'api.example does not resolve',
    });
  });

  it('takes addresses that whoever writes a Service chooses only from the list', async () => {
    expect(await open.check('10.0.0.1', 80, 'external-ips')).toEqual({
      ok: false,
      reason: expect.stringMatching(
        /externalIPs.*istioJwt\.probes\.allowedAddresses/,
      ),
    });
    const guard = new AddressGuard(['10.0.0.0/8']);
    expect(await guard.check('10.0.0.1', 80, 'external-ips')).toEqual({
      ok: true,
    });
  });

  it('judges a name by what it resolves to', async () => {
    await expect(open.resolve('localhost', 80)).rejects.toThrow(
      /allowedAddresses/,
    );
  });
});
