import { outputsOf } from '../../compile/jwtProviders';
import { JwtProvider } from '../../compile/program';
import {
  Detector,
  NOTHING,
  Occurrence,
  REQUEST_AUTHENTICATION_DOCS,
} from '../detector';
import { issuerName, nameOf } from '../rules';

export const claimHeaderOtherIssuer: Detector = {
  id: 'claim-header-other-issuer',
  severity: 'warning',
  title: "A token of another issuer leaves the caller's own header",
  why: 'Envoy asks one jwtRule after the other, in the order of their issuers, and stops at the first that verifies a token. Before August 2026 (envoyproxy/envoy#46586) each took only the headers out that it writes itself. So whoever has a token of an earlier rule could send a header that a later rule makes of claims.',
  fix: 'List the header under `outputClaimToHeaders` of every jwtRule of the proxy: each takes it out before it looks for a token. Where an issuer is not to set it, name a claim that its tokens never have.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProxy: ({ program, hop }) => {
    const { providers, tokenPlaces } = program;
    if (hop.protocol === 'tcp' || tokenPlaces.outputs.length === 0) {
      return NOTHING;
    }
    return tokenPlaces.outputs.flatMap((header): Occurrence[] => {
      const writes = (provider: JwtProvider) =>
        outputsOf(provider).includes(header);
      const writer = providers.find(writes)!;
      const [earlier] = providers;
      if (earlier === writer) return [];
      return [
        {
          message: `A token of ${issuerName(
            earlier.issuer,
          )} leaves a header ${header} of the caller's own, where Envoy is older than August 2026: ${nameOf(
            writer.policy,
          )} writes it for ${issuerName(writer.issuer)} alone.`,
          resource: earlier.policy,
          path: `spec.jwtRules[${earlier.index}]`,
        },
      ];
    });
  },
};
