import { Fixture, allow, deny } from '../__testUtils__/build';

/** Fixture of `host-port`. */
export const hostPort: Fixture = {
  bad: [
    [deny('to: [{operation: {hosts: [h.example.com]}}]')],
    [deny('to: [{operation: {hosts: [h, "*.a.example"]}}]')],
    [allow('to: [{operation: {notHosts: [h]}}]')],
  ],
  good: [
    [deny('to: [{operation: {hosts: [h.example.com, "h.example.com:*"]}}]')],
    [deny('to: [{operation: {hosts: [h, "h:*"]}}]')],
  ],
};
