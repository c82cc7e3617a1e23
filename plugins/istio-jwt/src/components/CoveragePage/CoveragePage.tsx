import {
  Container,
  Skeleton,
  Tab,
  TabList,
  TabPanel,
  Tabs,
} from '@backstage/ui';
import { CoverageSummary } from 'backstage-plugin-istio-jwt-common';
import { lazy, Suspense } from 'react';
import { COVERAGE_VIEWS, CoverageView } from '../../coverage/address';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { CoverageVersionProvider } from '../../live/useCoverageVersion';
import { FilterSection } from '../CoverageFilters';
import { ServicesView } from '../CoverageServices';
import {
  SummarySection,
  TrendSection,
  useCoverageSummary,
} from '../CoverageSummary';
import styles from './CoveragePage.module.css';

/* In chunks of their own: whoever looks at the list needs none of them. */
const GroupsView = lazy(() =>
  import('../CoverageGroups').then(m => ({ default: m.GroupsView })),
);
const FindingsView = lazy(() =>
  import('../CoverageFindings').then(m => ({ default: m.FindingsView })),
);
const ExceptionsView = lazy(() =>
  import('../Exceptions').then(m => ({ default: m.ExceptionsView })),
);

const LABELS: Record<CoverageView, string> = {
  services: 'Services',
  findings: 'Findings',
  owners: 'Owners',
  systems: 'Systems',
  issuers: 'Issuers',
  gateways: 'Gateways',
  exceptions: 'Exceptions',
};

/** The JWT protection of every service of every cluster. */
export function CoveragePage() {
  return (
    <CoverageVersionProvider>
      <Container>
        <Coverage />
      </Container>
    </CoverageVersionProvider>
  );
}

function Coverage() {
  const { address, show } = useCoverageAddress();
  const { view, reload } = useCoverageSummary();
  const summary = view.kind === 'ready' ? view.value : undefined;

  if (view.kind === 'denied') {
    return (
      <div className={styles.page}>
        <SummarySection view={view} reload={reload} />
      </div>
    );
  }
  return (
    <div className={styles.page}>
      <SummarySection view={view} reload={reload} />
      <TrendSection />
      <FilterSection summary={summary} />
      <Tabs
        selectedKey={address.view}
        onSelectionChange={key =>
          show({ view: key as CoverageView, exception: { kind: 'list' } })
        }
      >
        <TabList aria-label="Views of the coverage">
          {COVERAGE_VIEWS.map(each => (
            <Tab key={each} id={each}>
              {LABELS[each]}
            </Tab>
          ))}
        </TabList>
        {COVERAGE_VIEWS.map(each => (
          <TabPanel key={each} id={each}>
            <Suspense
              fallback={
                <div role="status" aria-label="Loading">
                  <Skeleton width="100%" height="12rem" />
                </div>
              }
            >
              <ViewOf view={each} summary={summary} />
            </Suspense>
          </TabPanel>
        ))}
      </Tabs>
    </div>
  );
}

function ViewOf({
  view,
  summary,
}: {
  view: CoverageView;
  summary: CoverageSummary | undefined;
}) {
  switch (view) {
    case 'findings':
      return <FindingsView canNotify={summary?.canNotifyOwners ?? false} />;
    case 'owners':
      return <GroupsView by="owner" />;
    case 'systems':
      return <GroupsView by="system" />;
    case 'issuers':
      return <GroupsView by="issuer" />;
    case 'gateways':
      return <GroupsView by="gateway" />;
    case 'exceptions':
      return (
        <ExceptionsView canRequest={summary?.canRequestExceptions ?? false} />
      );
    default:
      return <ServicesView summary={summary} />;
  }
}
