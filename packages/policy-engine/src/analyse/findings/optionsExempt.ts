import { AUTHORIZATION_POLICY_DOCS, Detector, Occurrence } from '../detector';
import { describeWayIn } from '../rules';

export const optionsExempt: Detector = {
  id: 'options-exempt',
  severity: 'warning',
  title: 'Every OPTIONS request is exempt, not only preflights',
  why: 'An exemption by method alone lets plain OPTIONS requests reach the application without a token, which many frameworks answer as they answer GET, or with the methods and paths that they know.',
  fix: 'Exempt only OPTIONS with `request.headers[access-control-request-method]`; with a DENY, add a second rule that denies OPTIONS without it.',
  link: AUTHORIZATION_POLICY_DOCS,
  inWayIn: (way): readonly Occurrence[] =>
    way.analysis.exposures
      .filter(
        ({ preflight, summary }) => !preflight && /^OPTIONS\b/.test(summary),
      )
      .slice(0, 1)
      .map(({ summary, admittedBy }) => ({
        message: `${summary} reaches the service by ${describeWayIn(
          way,
        )} without a token.`,
        ...(admittedBy ? { resource: admittedBy } : {}),
      })),
};
