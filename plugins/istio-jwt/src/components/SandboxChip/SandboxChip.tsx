import { Badge } from '@backstage/ui';
import { RiFlaskLine } from '@remixicon/react';
import { ClusterFreshness } from 'backstage-plugin-istio-jwt-common';
import { useSandbox } from './useSandbox';

/**
 * Says that what is shown comes from the embedded mesh and proves nothing about a real Istio.
 *
 * @param freshness - empty or absent where the status names no cluster: the backend is asked then
 */
export function SandboxChip({ freshness }: { freshness?: ClusterFreshness[] }) {
  if (!useSandbox(freshness)) {
    return null;
  }
  return (
    <Badge
      icon={<RiFlaskLine aria-hidden />}
      title="From the embedded demo mesh. It proves nothing about a real Istio."
    >
      Sandbox
    </Badge>
  );
}
