import { Detector, NOTHING, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { issuerName, nameOf, quote } from '../rules';

export const queryToken: Detector = {
  id: 'query-token',
  severity: 'info',
  title: 'A token in the query string is accepted',
  why: 'By default Istio reads a token from `?access_token=` as well. Query strings end up in access logs, browser histories and Referer headers (RFC 6750 section 5.3).',
  fix: 'List `Authorization` with prefix `Bearer ` in `fromHeaders`: that replaces both default places.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProvider: ({ params, policy, index, issuer }, spec) => {
    if (params.length === 0) return NOTHING;
    const byDefault = !spec.fromParams?.length;
    return [
      {
        message: `${nameOf(policy)} accepts tokens of ${issuerName(
          issuer,
        )} in query parameter ${quote(params)}${
          byDefault ? ', by default' : ''
        }.`,
        path: `spec.jwtRules[${index}]${byDefault ? '' : '.fromParams'}`,
        ...(byDefault
          ? {
              patch: [
                {
                  op: 'add' as const,
                  path: `/spec/jwtRules/${index}/fromHeaders`,
                  value: [{ name: 'Authorization', prefix: 'Bearer ' }],
                },
              ],
            }
          : { fix: 'Remove `fromParams`, and name a header instead.' }),
      },
    ];
  },
};
