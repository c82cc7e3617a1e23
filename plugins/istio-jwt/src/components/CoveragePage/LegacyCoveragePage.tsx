import { Content, Header, Page } from '@backstage/core-components';
import { CoveragePage } from './CoveragePage';

/** The page with a header of its own, which the old frontend system does not draw. */
export function LegacyCoveragePage() {
  return (
    <Page themeId="tool">
      <Header title="JWT coverage" />
      <Content noPadding>
        <CoveragePage />
      </Content>
    </Page>
  );
}
