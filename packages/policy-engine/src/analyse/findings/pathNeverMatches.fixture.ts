import { Fixture, allow, deny } from '../__testUtils__/build';

/** Fixture of `path-never-matches`. */
export const pathNeverMatches: Fixture = {
  bad: [
    [deny('to: [{operation: {paths: ["admin/*"]}}]')],
    [allow('to: [{operation: {paths: ["/search?q=*"]}}]')],
    [deny('to: [{operation: {paths: ["/a/../admin"]}}]')],
  ],
  good: [
    [deny('to: [{operation: {paths: ["/admin/*"]}}]')],
    [deny('to: [{operation: {paths: ["/a/.*", "*.js"]}}]')],
  ],
};
