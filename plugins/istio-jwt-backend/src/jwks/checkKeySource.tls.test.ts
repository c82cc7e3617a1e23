import { createServer, Server, ServerOptions } from 'node:https';
import { AddressInfo } from 'node:net';
import { TestAuthority } from '../__testUtils__/makeCertificates';
import { checkKeySource } from './checkKeySource';

const HOST = 'keys.example.com';
const KEYS = '{"keys":[{"kty":"RSA","kid":"a","n":"AQ","e":"AQAB"}]}';

describe('checkKeySource over TLS', () => {
  const authority = new TestAuthority();
  const caFile = authority.writeBundle();
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function check(options: ServerOptions, trusted?: string) {
    server = createServer(options, (_, response) => response.end(KEYS));
    await new Promise<void>(resolve => {
      server!.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const uri = `https://${HOST}:${port}/keys`;
    return checkKeySource(
      { id: 'x', issuer: 'i', jwks: { kind: 'uri', uri } },
      {
        allowedHosts: [{ protocol: 'https', host: HOST, port }],
        caFile: trusted,
        // Nobody listens at the first: the next has its turn.
        resolve: async () => [
          { ip: '127.0.0.2', port },
          { ip: '127.0.0.1', port },
        ],
      },
    );
  }

  it('reads from a server of a trusted authority, and tells when its certificate ends', async () => {
    expect(await check(authority.issue(HOST), caFile)).toMatchObject({
      kind: 'read',
      serverCertificateExpiresAt: expect.stringMatching(/^\d{4}-/),
    });
  });

  it('cannot tell what istiod trusts: an unknown authority is no failure', async () => {
    expect(await check(authority.issue(HOST))).toMatchObject({
      kind: 'undecidable',
      reason: expect.stringContaining('authority'),
      fix: expect.stringContaining('istioJwt.jwks.caFile'),
    });
  });

  it('blames no issuer for a file of its own config', async () => {
    expect(await check(authority.issue(HOST), '/nowhere/ca.crt')).toMatchObject(
      {
        kind: 'undecidable',
        reason: expect.stringContaining('istioJwt.jwks.caFile'),
      },
    );
  });

  it('calls a certificate of another host a failure: it is one for everybody', async () => {
    expect(
      await check(authority.issue('other.example.com'), caFile),
    ).toMatchObject({ kind: 'failed', failure: { code: 'tls' } });
  });
});
