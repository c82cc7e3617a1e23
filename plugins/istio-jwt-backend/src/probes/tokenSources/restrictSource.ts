import { TokenRequest, TokenResult } from 'backstage-plugin-istio-jwt-node';
import { TokenSourceConfig } from '../../config';
import { ConfiguredSource, TokenHeader } from './TokenSources';

/** Whether a source's tokens can be given other claims or header parameters. */
export type Shaping = 'any' | 'none';

/** Keeps a source to its issuer and its hosts, and from requests that it cannot meet. */
export function restrictSource(
  { issuer, hosts }: Pick<TokenSourceConfig, 'issuer' | 'hosts'>,
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
      if (hosts && !hosts.some(host => covers(host, wanted.host))) {
        return { kind: 'none', reason: `is not for host ${wanted.host}` };
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

function covers(pattern: string, host: string): boolean {
  return (
    pattern === host ||
    (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
  );
}
