import { outputsOf } from '../../compile/jwtProviders';
import { Program } from '../../compile/program';
import {
  Detector,
  NOTHING,
  Occurrence,
  REQUEST_AUTHENTICATION_DOCS,
} from '../detector';
import { admitsOnlyGateways } from '../gatewayOnly';
import { describeWayIn, nameOf } from '../rules';

export const claimHeaderSpoof: Detector = {
  id: 'claim-header-spoof',
  severity: 'warning',
  title: 'A header made of claims can be forged by another way in',
  why: 'A proxy that writes claims into headers removes such headers from requests first. On a way in where no proxy does, the caller’s own header reaches the application, which cannot tell it from the real one.',
  fix: 'Write the header at the sidecar, which every way in passes (`outputClaimToHeaders` in a RequestAuthentication for the workload).',
  link: REQUEST_AUTHENTICATION_DOCS,
  inService: context => {
    const { waysIn } = context;
    if (!waysIn.some(({ programs }) => programs.some(writes))) return NOTHING;
    const written = waysIn.flatMap(way =>
      way.programs.flatMap(program =>
        outputs(program).map(output => ({ ...output, way })),
      ),
    );
    if (written.length === 0) return NOTHING;
    return waysIn.flatMap((way): Occurrence[] => {
      const isTcp = way.wayIn.hops.every(({ protocol }) => protocol === 'tcp');
      if (
        way.assessment.state === 'over-blocked' ||
        (isTcp && way.wayIn.hops.length > 0)
      )
        return [];
      if (admitsOnlyGateways(way, context)) return [];
      const cleaned = new Set(
        way.programs.flatMap(program =>
          outputs(program).map(({ header }) => header),
        ),
      );
      const open = written.find(({ header }) => !cleaned.has(header));
      if (!open) return [];
      return [
        {
          message: `By ${describeWayIn(way)} a caller may send header ${
            open.header
          }, which ${nameOf(open.policy)} writes for ${describeWayIn(
            open.way,
          )}.`,
          resource: open.policy,
          path: `spec.jwtRules[${open.index}]`,
        },
      ];
    });
  },
};

function writes({ tokenPlaces }: Program): boolean {
  return tokenPlaces.outputs.length > 0;
}

function outputs({ providers }: Program) {
  return providers.flatMap(provider => {
    const { policy, index } = provider;
    return outputsOf(provider).map(header => ({ header, policy, index }));
  });
}
