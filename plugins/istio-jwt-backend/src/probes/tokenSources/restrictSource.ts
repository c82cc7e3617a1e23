import { TokenRequest, TokenResult } from 'backstage-plugin-istio-jwt-node';
import { TokenSourceConfig } from '../../config';
import { refuseReceiver } from './TokenReceiver';
import { ConfiguredSource, TokenHeader } from './TokenSources';

/** Whether a source's tokens can be given other claims or header parameters. */
export type Shaping = 'any' | 'none';

/** Keeps a source to its issuer, its hosts and its gateways, and from requests that it cannot meet. */
export function restrictSource(
  {
    issuer,
    hosts,
    gateways,
  }: Pick<TokenSourceConfig, 'issuer' | 'hosts' | 'gateways'>,
  options: {
    id: string;
    shaping: Shaping;
    header?: TokenHeader;
    getToken(wanted: TokenRequest): Promise<TokenResult>;
  },
): ConfiguredSource {
  const { id, shaping, header, getToken } = options;
  return {
    id,
    header,
    getToken: async wanted => {
      if (issuer !== undefined && issuer !== wanted.issuer) {
        return { kind: 'none', reason: `is for issuer ${issuer}` };
      }
      const refusal = refuseReceiver({ hosts, gateways }, wanted);
      if (refusal !== undefined) {
        return { kind: 'none', reason: refusal };
      }
      if (shaping === 'none' && (wanted.claims || wanted.header)) {
        return {
          kind: 'none',
          reason: 'cannot make tokens with other claims or header parameters',
        };
      }
      return getToken(wanted);
    },
  };
}
