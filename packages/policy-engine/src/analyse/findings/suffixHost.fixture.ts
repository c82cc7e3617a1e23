import { Fixture, allow } from '../__testUtils__/build';

/** Fixture of `suffix-host`. */
export const suffixHost: Fixture = {
  bad: [[allow('to: [{operation: {hosts: ["*example.com"]}}]')]],
  good: [[allow('to: [{operation: {hosts: ["*.example.com"]}}]')]],
};
