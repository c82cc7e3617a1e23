import { TokenSourceConfig } from '../../config';
import { ClientCredentials } from './ClientCredentials';
import { mintToken } from './mintToken';
import { restrictSource } from './restrictSource';
import { chooseAlgorithm, signToken } from './signToken';
import { ConfiguredSource, readTokenHeader } from './TokenSources';

/** The sources that need nothing but config. */
export function createConfiguredSources(
  configs: TokenSourceConfig[],
): ConfiguredSource[] {
  return configs.map(config => {
    switch (config.kind) {
      case 'static':
        return restrictSource(config, {
          id: 'static',
          shaping: 'none',
          header: readTokenHeader(config.issuer, config.token),
          getToken: async () => ({ kind: 'token', token: config.token }),
        });
      case 'signing-jwk': {
        const { issuer, jwk } = config;
        const kid = typeof jwk.kid === 'string' ? { kid: jwk.kid } : {};
        return restrictSource(config, {
          id: 'signingJwk',
          shaping: 'any',
          header: { issuer, alg: chooseAlgorithm(jwk), ...kid },
          getToken: async wanted => ({
            kind: 'token',
            token: await signToken(jwk, wanted),
          }),
        });
      }
      case 'client-credentials': {
        const credentials = new ClientCredentials(config);
        return restrictSource(config, {
          id: 'clientCredentials',
          shaping: 'none',
          getToken: () => credentials.getToken(),
        });
      }
      default:
        return restrictSource(config, {
          id: 'sandboxMint',
          shaping: 'none',
          getToken: async wanted => ({
            kind: 'token',
            token: await mintToken(config.url, wanted),
          }),
        });
    }
  });
}
