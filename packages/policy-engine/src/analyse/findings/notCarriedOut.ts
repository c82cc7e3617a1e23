import { Mesh } from '../../attach/Mesh';
import { Unforeseen, unforeseenIn } from '../../compile/unforeseen';
import { AttachedPolicy } from '../../model';
import {
  AUTHORIZATION_POLICY_DOCS,
  Detector,
  Found,
  NOTHING,
} from '../detector';
import { nameOf } from '../rules';

const FIXES: Record<Unforeseen['kind'], string> = {
  'listener-refused':
    'Take the line break away: write the value in quotes on one line.',
  'request-rewritten': 'Use a header of your own, such as `x-jwt-subject`.',
};

export const notCarriedOut: Detector = {
  id: 'not-carried-out',
  severity: 'error',
  title: 'Proxies do not carry out a policy as it is written',
  why: 'Istio passes the field on without looking. Envoy then refuses everything that came with it, or takes a header away that policies compare.',
  fix: 'Correct the field that the message names.',
  link: AUTHORIZATION_POLICY_DOCS,
  inWayIn: ({ wayIn, programs }, { mesh }) => {
    const found: Found[] = [];
    wayIn.hops.forEach(({ policies }, index) => {
      if (!programs[index]?.opaque.length) return;
      for (const policy of policies) found.push(inPolicy(mesh, policy));
    });
    return found.length === 0 ? NOTHING : found.flat();
  },
};

function inPolicy(mesh: Mesh, { ref }: AttachedPolicy): Found {
  const stored = mesh.stored(ref.kind, ref.namespace ?? '', ref.name);
  if (!stored) return NOTHING;
  return unforeseenIn(stored).map(({ kind, path, why }) => ({
    message: `${nameOf(ref)}: ${path} ${why}.`,
    fix: FIXES[kind],
    resource: ref,
    path,
  }));
}
