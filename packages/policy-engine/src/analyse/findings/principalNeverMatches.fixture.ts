import {
  Fixture,
  authentication,
  ISSUER,
  requirement,
} from '../__testUtils__/build';
import { BACKEND_JWT } from '../../__testUtils__/handsOn';
/** Fixture of `principal-never-matches`. */
export const principalNeverMatches: Fixture = {
  bad: [
    [
      authentication(
        '[{issuer: "https://idp.example", jwksUri: "https://idp.example/keys"}]',
      ),
      requirement('"https://idp.example*"'),
    ],
    [authentication(), requirement(`"${ISSUER}/a/b"`)],
  ],
  good: [[BACKEND_JWT], [authentication(), requirement('"testing@*"')]],
};
