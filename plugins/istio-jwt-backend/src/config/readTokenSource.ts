import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { parseJwk } from './parseJwk';
import { ClientCredentialsConfig, TokenSourceConfig } from './types';

const KINDS = ['static', 'signingJwk', 'clientCredentials', 'sandboxMint'];

/** Reads one of `istioJwt.tokenSources`. @throws InputError that names the key, and never quotes a secret */
export function readTokenSource(
  config: Config,
  key: string,
): TokenSourceConfig {
  const given = KINDS.filter(kind => config.has(kind));
  if (given.length !== 1) {
    throw new InputError(
      `${key} has ${
        given.length === 0 ? 'no token' : given.join(' and ')
      }. Set exactly one of 'static' (a token), 'signingJwk' (a private JWK as JSON), 'clientCredentials' (OAuth 2.0) and 'sandboxMint' (a URL).`,
    );
  }
  const hosts = config
    .getOptionalStringArray('hosts')
    ?.map(host => host.toLowerCase());
  const receivers = { hosts, gateways: readGateways(config, key) };
  if (given[0] === 'sandboxMint') {
    return {
      kind: 'sandbox-mint',
      ...receivers,
      issuer: config.getOptionalString('issuer'),
      url: readMintUrl(config, key),
    };
  }
  const issuer = config.getString('issuer');
  switch (given[0]) {
    case 'static':
      return {
        kind: 'static',
        ...receivers,
        issuer,
        token: config.getString('static'),
      };
    case 'signingJwk':
      return {
        kind: 'signing-jwk',
        ...receivers,
        issuer,
        jwk: parseJwk(config.getString('signingJwk'), `${key}.signingJwk`),
      };
    default:
      return {
        kind: 'client-credentials',
        ...receivers,
        issuer,
        ...readClientCredentials(
          config.getConfig('clientCredentials'),
          `${key}.clientCredentials`,
        ),
      };
  }
}

const GATEWAY = /^[a-z0-9][-a-z0-9]{0,62}\/([a-z0-9][-.a-z0-9]{0,252}|\*)$/;

function readGateways(config: Config, key: string): string[] | undefined {
  const gateways = config.getOptionalStringArray('gateways');
  const bad = gateways?.find(name => !GATEWAY.test(name));
  if (bad !== undefined) {
    throw new InputError(
      `${key}.gateways names '${bad}'. Write namespace/name of a gateway's workload or of its Gateway resource, or namespace/*.`,
    );
  }
  return gateways;
}

function readMintUrl(config: Config, key: string): string {
  const mint = config.getString('sandboxMint');
  if (!URL.canParse(mint)) {
    throw new InputError(
      `${key}.sandboxMint is not a URL. Write the sandbox's address, such as http://127.0.0.1:7481/sandbox/tokens.`,
    );
  }
  return mint;
}

function readClientCredentials(
  config: Config,
  key: string,
): ClientCredentialsConfig {
  const authentication = config.getOptionalString('authentication') ?? 'basic';
  if (authentication !== 'basic' && authentication !== 'post') {
    throw new InputError(
      `${key}.authentication is '${authentication}'. Write 'basic' (the secret in the Authorization header) or 'post' (in the body).`,
    );
  }
  return {
    tokenUrl: readTokenUrl(
      config.getString('tokenUrl'),
      config.getOptionalBoolean('allowInsecureHttp') ?? false,
      key,
    ),
    clientId: config.getString('clientId'),
    clientSecret: config.getString('clientSecret'),
    authentication,
    scope: config.getOptionalString('scope'),
    audience: config.getOptionalString('audience'),
    resources: readResources(config, key),
    caFile: config.getOptionalString('caFile'),
  };
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function readTokenUrl(
  text: string,
  allowInsecureHttp: boolean,
  key: string,
): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    !url ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username ||
    url.password ||
    url.hash
  ) {
    throw new InputError(
      `${key}.tokenUrl is not an http or https URL without credentials and fragment. Write the issuer's token endpoint, such as https://login.example.com/oauth/token.`,
    );
  }
  if (
    url.protocol === 'http:' &&
    !allowInsecureHttp &&
    !LOOPBACK.test(url.hostname)
  ) {
    throw new InputError(
      `${key}.tokenUrl is plain http, which sends the client secret readable on the network. Use https, or set 'allowInsecureHttp: true' to accept that.`,
    );
  }
  return url.href;
}

/** RFC 8707: absolute URIs without fragment, one or several. */
function readResources(config: Config, key: string): string[] {
  const value = config.getOptional('resource');
  const resources = value === undefined ? [] : [value].flat();
  return resources.map((resource): string => {
    if (
      typeof resource !== 'string' ||
      !URL.canParse(resource) ||
      resource.includes('#')
    ) {
      throw new InputError(
        `${key}.resource is not an absolute URI without fragment. Write one or a list, such as https://api.example.com.`,
      );
    }
    return resource;
  });
}
