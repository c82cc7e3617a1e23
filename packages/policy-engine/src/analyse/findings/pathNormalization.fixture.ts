import { Fixture, allow, deny } from '../__testUtils__/build';

const MERGING = `
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    pathNormalization:
      normalization: DECODE_AND_MERGE_SLASHES
`;

/** Fixture of `path-normalization`. */
export const pathNormalization: Fixture = {
  bad: [
    [deny('to: [{operation: {paths: ["/admin"]}}]')],
    [allow('to: [{operation: {notPaths: ["/admin"]}}]')],
  ],
  good: [
    [allow('to: [{operation: {paths: ["/public"]}}]')],
    [deny('to: [{operation: {paths: ["/admin"]}}]'), MERGING],
  ],
};
