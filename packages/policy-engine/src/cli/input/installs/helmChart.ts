import { renderGateway } from './gatewayCharts';
import { Installed, unite, untold } from './installed';
import { renderIstiod } from './istiodChart';
import { Values } from './values';

/** A chart that something installs. */
export interface ChartRelease {
  chart: string;
  /** Where the chart comes from: a URL, or the name of a repository. */
  source: string;
  name: string;
  namespace: string;
  /** Undefined where some of them stand elsewhere. */
  values: Values | undefined;
  /** Of the chart, which is Istio's too. */
  version: string | undefined;
}

/** What one of Istio's own charts installs; nothing for any other chart. */
export function installChart(release: ChartRelease): Installed {
  const { chart, source, name, namespace, values, version } = release;
  const isGateway = chart === 'gateway';
  // `gateway` is a word that others use too.
  if (!/istio/i.test(source) || !(isGateway || chart === 'istiod')) {
    return unite([]);
  }
  if (!values) {
    return untold(
      `takes values of Istio's chart ${chart} from elsewhere: what it installs does not count`,
    );
  }
  const objects = isGateway
    ? renderGateway({ namespace, values }, name)
    : renderIstiod({ namespace, values, tag: version });
  return { objects, doubts: [] };
}
