import { Detector, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { describeWayIn, nameOf, programsOfHttp } from '../rules';

export const validatedNotRequired: Detector = {
  id: 'validated-not-required',
  severity: 'error',
  title: 'Tokens are checked but not required',
  why: 'A RequestAuthentication refuses invalid tokens and lets requests without any token pass. Only an AuthorizationPolicy can require one.',
  fix: 'Add an AuthorizationPolicy with `requestPrincipals` for the same proxy.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inService: ({ waysIn }) =>
    waysIn
      .filter(({ assessment }) => assessment.state === 'validated-only')
      .flatMap(way => {
        const [{ policy: resource }] = programsOfHttp(
          way.wayIn,
          way.programs,
        ).flatMap(({ providers }) => providers);
        const message = `A request without a token reaches the service by ${describeWayIn(
          way,
        )}: ${nameOf(resource)} checks tokens, and no policy requires one.`;
        return [{ message, resource }];
      }),
};
