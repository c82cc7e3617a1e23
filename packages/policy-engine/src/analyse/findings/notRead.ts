import { Mesh } from '../../attach/Mesh';
import { unreadObjects } from '../../attach/doubts';
import type { Doubtful } from '../../attach/ObjectStore';
import { wouldReach } from '../../attach/policies';
import { refOf } from '../../parse';
import { Detector, NOTHING, Occurrence } from '../detector';
import { nameOf } from '../rules';

const KINDS = [
  'RequestAuthentication',
  'AuthorizationPolicy',
  'PeerAuthentication',
];

export const notRead: Detector = {
  id: 'not-read',
  severity: 'error',
  title: 'Istio does not read a policy',
  why: 'istiod leaves out namespaces that the discoverySelectors of its mesh config do not select, and objects whose label istio.io/rev names another revision than its own. The API server takes such a policy, and no proxy is told of it.',
  fix: 'Have a discovery selector select the namespace, or take the label istio.io/rev off the policy.',
  link: 'https://istio.io/latest/docs/ops/configuration/mesh/configuration-scoping/',
  inWayIn: ({ wayIn: { hops } }, { mesh }) => {
    const unread = unreadObjects(mesh, KINDS);
    if (unread.length === 0) return NOTHING;
    return unread
      .filter(({ stored }) =>
        hops.some(({ proxy }) => wouldReach(mesh, stored, proxy)),
      )
      .map(describe);
  },
};

/** All of them, whether they would reach a Service or not. */
export function policiesNotRead(mesh: Mesh): Occurrence[] {
  return unreadObjects(mesh, KINDS).map(describe);
}

function describe({ stored, reading }: Doubtful): Occurrence {
  const resource = refOf(stored.resource);
  const { namespace } = stored;
  return {
    message: `${nameOf(resource)} does nothing: ${reading.why}.`,
    resource,
    ...(reading.kind === 'not-read' && reading.cause === 'revision'
      ? {
          path: 'metadata.labels',
          fix: 'Take the label istio.io/rev off it, or give it the revision that runs.',
          patch: [{ op: 'remove', path: '/metadata/labels/istio.io~1rev' }],
        }
      : {
          fix: `Give namespace ${namespace} the labels of a discovery selector.`,
        }),
  };
}
