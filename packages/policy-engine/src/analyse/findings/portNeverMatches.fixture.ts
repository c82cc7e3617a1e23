import { Fixture, deny } from '../__testUtils__/build';

/** Fixture of `port-never-matches`. */
export const portNeverMatches: Fixture = {
  bad: [[deny('to: [{operation: {ports: ["80"]}}]')]],
  good: [[deny('to: [{operation: {ports: ["8080"]}}]')]],
};
