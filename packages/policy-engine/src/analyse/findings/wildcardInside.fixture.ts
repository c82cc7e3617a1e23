import { Fixture, deny } from '../__testUtils__/build';

/** Fixture of `wildcard-inside`. */
export const wildcardInside: Fixture = {
  bad: [
    [deny('to: [{operation: {paths: ["/api/*/admin"]}}]')],
    [deny('to: [{operation: {hosts: ["*example*"]}}]')],
  ],
  good: [
    [deny('to: [{operation: {paths: ["/api/{*}/admin"]}}]')],
    [deny('to: [{operation: {paths: ["/api/*", "*/admin", "*"]}}]')],
  ],
};
