import { Fixture, deny } from '../__testUtils__/build';

/** Fixture of `method-case`. */
export const methodCase: Fixture = {
  bad: [[deny('to: [{operation: {methods: [delete]}}]')]],
  good: [[deny('to: [{operation: {methods: [DELETE]}}]')]],
};
