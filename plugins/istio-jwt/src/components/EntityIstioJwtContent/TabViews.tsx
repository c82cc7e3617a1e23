import { Skeleton } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { lazy, Suspense } from 'react';
import { TabView } from '../../routes';

/* Each in a chunk of its own: most readers of the tab, and all of the card, need none of them. */
const EnableView = lazy(() =>
  import('../EnablePlan').then(m => ({ default: m.EnableView })),
);
const ChangeView = lazy(() =>
  import('../EnablePlan').then(m => ({ default: m.ChangeView })),
);
const AdoptView = lazy(() =>
  import('../EnablePlan').then(m => ({ default: m.AdoptView })),
);
const ReleaseView = lazy(() =>
  import('../EnablePlan').then(m => ({ default: m.ReleaseView })),
);
const DriftPlanView = lazy(() =>
  import('../EnablePlan').then(m => ({ default: m.DriftPlanView })),
);
const DisableView = lazy(() =>
  import('../EnablePlan').then(m => ({ default: m.DisableView })),
);
const OperationView = lazy(() =>
  import('../Operation').then(m => ({ default: m.OperationView })),
);
const InspectorView = lazy(() =>
  import('../Inspector').then(m => ({ default: m.InspectorView })),
);
const RefusalView = lazy(() =>
  import('../Inspector').then(m => ({ default: m.RefusalView })),
);

/** A view that takes the place of the tab's sections. */
export function TabViews({
  view,
  status,
  show,
}: {
  view: Exclude<TabView, { kind: 'overview' }>;
  status: EntityStatus;
  show: (view: TabView) => void;
}) {
  return (
    <Suspense
      fallback={
        <div role="status" aria-label="Loading">
          <Skeleton width="100%" height="12rem" />
        </div>
      }
    >
      <ViewOf view={view} status={status} show={show} />
    </Suspense>
  );
}

function ViewOf({
  view,
  status,
  show,
}: {
  view: Exclude<TabView, { kind: 'overview' }>;
  status: EntityStatus;
  show: (view: TabView) => void;
}) {
  const { entityRef, revision } = status;
  switch (view.kind) {
    case 'enable':
      return (
        <EnableView entityRef={entityRef} version={revision} show={show} />
      );
    case 'adopt':
      return <AdoptView entityRef={entityRef} version={revision} show={show} />;
    case 'release':
      return (
        <ReleaseView
          key={view.enablementId}
          entityRef={entityRef}
          enablementId={view.enablementId}
          version={revision}
          show={show}
        />
      );
    case 'restore':
    case 'accept':
      return (
        <DriftPlanView
          key={`${view.kind} ${view.enablementId}`}
          intent={view.kind}
          entityRef={entityRef}
          enablementId={view.enablementId}
          version={revision}
          show={show}
        />
      );
    case 'change':
      return (
        <ChangeView
          key={view.enablementId}
          entityRef={entityRef}
          enablementId={view.enablementId}
          version={revision}
          show={show}
        />
      );
    case 'disable':
      return (
        <DisableView
          key={view.enablementId}
          entityRef={entityRef}
          enablementId={view.enablementId}
          version={revision}
          show={show}
        />
      );
    case 'operation':
      return (
        <OperationView
          key={view.enablementId}
          entityRef={entityRef}
          enablementId={view.enablementId}
        />
      );
    case 'inspect':
      return <InspectorView status={status} />;
    default:
      return <RefusalView status={status} />;
  }
}
