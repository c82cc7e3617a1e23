import { allRules } from '../../compile/ruleSet';
import { AUTHORIZATION_POLICY_DOCS, Detector, NOTHING } from '../detector';
import { nameOf, proxyName, readsIdentity, rulePath } from '../rules';

export const auditOnly: Detector = {
  id: 'audit-only',
  severity: 'info',
  title: 'A policy only asks for an audit record',
  why: 'Action AUDIT decides whether a request is logged by an audit provider. It admits and refuses nothing.',
  fix: 'Use ALLOW or DENY where the token is to be required.',
  link: AUTHORIZATION_POLICY_DOCS,
  inProxy: ({ program, hop }) =>
    hop.protocol === 'tcp' || program.http.audit.present === false
      ? NOTHING
      : allRules(program.http.audit)
          .filter(readsIdentity)
          .map(rule => ({
            message: `${nameOf(rule.policy)} looks at tokens at ${proxyName(
              hop,
            )} and enforces nothing.`,
            resource: rule.policy,
            path: rulePath(rule),
          })),
};
