import { Fixture, deny } from '../__testUtils__/build';

/** Fixture of `host-never-matches`. */
export const hostNeverMatches: Fixture = {
  bad: [[deny('to: [{operation: {hosts: ["https://h.example.com"]}}]')]],
  good: [
    [deny('to: [{operation: {hosts: ["h.example.com", "h.example.com:*"]}}]')],
  ],
};
