import { execFileSync } from 'node:child_process';
import { buildCurl } from './buildCurl';

const wayIn = {
  kind: 'gateway',
  protocol: 'http',
  host: 'shop.example',
  port: 80,
} as const;

describe('buildCurl', () => {
  it('asks what the witness asks', () => {
    expect(buildCurl(wayIn, { port: 8080, path: '/healthz?x=1' })).toBe(
      "curl -i 'http://shop.example/healthz?x=1'",
    );
    expect(
      buildCurl(
        { ...wayIn, protocol: 'https', port: 8443 },
        {
          port: 8443,
          method: 'POST',
          host: 'other.example:8443',
          headers: { 'x-a': ['1', '2'] },
        },
      ),
    ).toBe(
      "curl -i -X 'POST' -H 'x-a: 1' -H 'x-a: 2' 'https://other.example:8443/'",
    );
  });

  it('keeps curl from changing the path', () => {
    expect(buildCurl(wayIn, { port: 8080, path: '/api/../admin' })).toBe(
      "curl -i --path-as-is 'http://shop.example/api/../admin'",
    );
    expect(buildCurl(wayIn, { port: 8080, path: '/x/{a,b}' })).toBe(
      "curl -i --globoff 'http://shop.example/x/{a,b}'",
    );
  });

  it('goes to the address that probes found, for gateways only', () => {
    expect(buildCurl(wayIn, { port: 8080 }, '10.0.0.1:30080')).toBe(
      "curl -i --connect-to '::10.0.0.1:30080' 'http://shop.example/'",
    );
    expect(
      buildCurl({ ...wayIn, kind: 'in-mesh' }, { port: 8080 }, '10.0.0.1:1'),
    ).not.toContain('10.0.0.1');
  });

  it('names some host where any will do', () => {
    expect(buildCurl({ ...wayIn, host: '*' }, { port: 80 })).toContain(
      'http://any.example/',
    );
    expect(
      buildCurl({ ...wayIn, host: '*.shop.example' }, { port: 80 }),
    ).toContain('http://any.shop.example/');
  });

  it('writes placeholders for tokens, and no claim', () => {
    const claims = { iss: 'https://login.example', sub: 'alice' };
    const command = buildCurl(wayIn, {
      port: 80,
      tokens: [
        { in: 'header', validity: 'expired', claims },
        { in: 'query', validity: 'valid', claims },
      ],
    });
    expect(command).toBe(
      "curl -i -H 'authorization: Bearer <expired token>' 'http://shop.example/?access_token=<valid token>'",
    );
  });

  it('cannot be made to run another command', () => {
    const path = "/'; echo hacked; '$(echo hacked)";
    const command = buildCurl(wayIn, { port: 80, path })!;
    const printed = execFileSync('/bin/sh', [
      '-c',
      command.replace(/^curl/, "printf '%s\\n'"),
    ]).toString();
    expect(printed).toBe(`-i\nhttp://shop.example${path}\n`);
  });

  it('has nothing to offer for TCP', () => {
    expect(
      buildCurl({ ...wayIn, protocol: 'tcp' }, { port: 80 }),
    ).toBeUndefined();
  });
});
