import { Link } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { useEnablementOptions } from '../../live/useEnablementOptions';
import { linkToView, useTabPath } from '../../routes';

/** The way to take over policies written by hand: where there are some, and the caller may. */
export function AdoptLink({ status }: { status: EntityStatus }) {
  const { view } = useEnablementOptions(status.entityRef, status.revision);
  const tabPath = useTabPath();
  if (view.kind !== 'ready') return null;
  const { enabled, canCreate, services } = view.options;
  const isThere = services.some(({ adoptable = [] }) =>
    adoptable.some(({ disabledReason }) => disabledReason === undefined),
  );
  return enabled && canCreate && isThere ? (
    <Link href={linkToView(tabPath, { kind: 'adopt' })} variant="body-small">
      Adopt policies
    </Link>
  ) : null;
}
