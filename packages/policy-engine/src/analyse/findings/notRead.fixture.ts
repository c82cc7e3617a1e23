import { BACKEND_JWT } from '../../__testUtils__/handsOn';
import {
  Fixture,
  istiod,
  namespace,
  policy,
  SELECT_BACKEND,
} from '../__testUtils__/build';

const ISTIOD = istiod('1.31.0', 'istio.io/rev: default');
const ROOT =
  'apiVersion: v1\nkind: Namespace\nmetadata: {name: istio-system, labels: {team: shop}}\n';
const SELECTIVE = `
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    discoverySelectors: [{matchLabels: {team: shop}}]
`;
const revisioned = (revision: string) =>
  policy(
    `${SELECT_BACKEND}, rules: [{}]`,
    '',
    'extra',
    `istio.io/rev: ${revision}`,
  );

/** Fixture of `not-read`. */
export const notRead: Fixture = {
  bad: [
    [ISTIOD, revisioned('canary')],
    [SELECTIVE, ROOT, namespace('team: bank'), BACKEND_JWT],
  ],
  good: [
    [ISTIOD, revisioned('default')],
    [revisioned('canary')],
    [SELECTIVE, ROOT, namespace('team: shop'), BACKEND_JWT],
    [SELECTIVE, ROOT, BACKEND_JWT],
  ],
};
