import { Fixture, authentication, deny } from '../__testUtils__/build';

/** Fixture of `deny-good-tokens`. */
export const denyGoodTokens: Fixture = {
  bad: [
    [authentication(), deny('from: [{source: {requestPrincipals: ["*"]}}]')],
    [authentication(), deny('to: [{operation: {ports: ["8080"]}}]')],
  ],
  good: [
    [authentication(), deny('from: [{source: {notRequestPrincipals: ["*"]}}]')],
    [authentication(), deny('to: [{operation: {paths: ["/admin"]}}]')],
  ],
};
