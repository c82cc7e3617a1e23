import { Fixture, authentication, deny } from '../__testUtils__/build';

/** Fixture of `exempt-path-wide`. */
export const exemptPathWide: Fixture = {
  bad: [
    [
      authentication(),
      deny(
        'from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {notPaths: ["/health*"]}}]',
      ),
    ],
    [
      authentication(),
      deny(
        'from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {notPaths: ["*.js"]}}]',
      ),
    ],
  ],
  good: [
    [
      authentication(),
      deny(
        'from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {notPaths: ["/health", "/health/*"]}}]',
      ),
    ],
  ],
};
