import { Detector, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { nameOf } from '../rules';

export const authorizationPrefix: Detector = {
  id: 'authorization-prefix',
  severity: 'error',
  title: 'The word Bearer is taken for a part of the token',
  why: 'In `fromHeaders` a header without `prefix` holds the token and nothing else. `Authorization: Bearer …` is then no JWT and gets 401.',
  fix: 'Set `prefix: "Bearer "`, with the space.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProvider: ({ policy, index }, { fromHeaders = [] }) =>
    fromHeaders.flatMap(({ name, prefix }, i) =>
      name.toLowerCase() !== 'authorization' || prefix
        ? []
        : [
            {
              message: `${nameOf(
                policy,
              )} reads Authorization without prefix: every \`Bearer\` token is refused.`,
              path: `spec.jwtRules[${index}].fromHeaders[${i}]`,
              patch: [
                {
                  op: 'add' as const,
                  path: `/spec/jwtRules/${index}/fromHeaders/${i}/prefix`,
                  value: 'Bearer ',
                },
              ],
            },
          ],
    ),
};
