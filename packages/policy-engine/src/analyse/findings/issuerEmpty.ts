import { Detector, NOTHING, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { nameOf } from '../rules';

export const issuerEmpty: Detector = {
  id: 'issuer-empty',
  severity: 'warning',
  title: 'Any issuer is accepted',
  why: 'Since Istio 1.27 a rule may leave `issuer` out where it has a `jwksUri`. The `iss` of a token is not compared then: every token that a key of the set signed is accepted, whoever it says it is from.',
  fix: 'Set `issuer` to the value of `iss` in the tokens.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProvider: ({ issuer, policy, index }) =>
    issuer !== ''
      ? NOTHING
      : [
          {
            message: `${nameOf(policy)} accepts tokens of any issuer.`,
            path: `spec.jwtRules[${index}].issuer`,
          },
        ],
};
