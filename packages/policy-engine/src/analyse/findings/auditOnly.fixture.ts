import {
  Fixture,
  authentication,
  policy,
  SELECT_BACKEND,
} from '../__testUtils__/build';

/** Fixture of `audit-only`. */
export const auditOnly: Fixture = {
  bad: [
    [
      authentication(),
      policy(
        `${SELECT_BACKEND}, action: AUDIT, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]`,
      ),
    ],
  ],
  good: [
    [authentication(), policy(`${SELECT_BACKEND}, action: AUDIT, rules: [{}]`)],
  ],
};
