import { installApplication, installApplicationSet } from './argoApplication';
import { installFluxRelease } from './fluxRelease';
import { Installed } from './installed';
import { installOperator } from './istioOperator';
import { installRevisionTag, installSail } from './sailIstio';
import { Values } from './values';

/** Kinds by which Istio's control plane and gateways are installed, by `GROUP/KIND`. */
const INSTALLERS: Readonly<Record<string, (object: Values) => Installed>> = {
  'install.istio.io/IstioOperator': installOperator,
  'sailoperator.io/Istio': installSail,
  'sailoperator.io/IstioRevisionTag': installRevisionTag,
  'helm.toolkit.fluxcd.io/HelmRelease': installFluxRelease,
  'argoproj.io/Application': installApplication,
  'argoproj.io/ApplicationSet': installApplicationSet,
};

/** Undefined for a kind that installs nothing of Istio. */
export function installerOf(
  kind: string,
  apiVersion: string,
): ((object: Values) => Installed) | undefined {
  const key = `${apiVersion.replace(/\/[^/]*$/, '')}/${kind}`;
  return Object.hasOwn(INSTALLERS, key) ? INSTALLERS[key] : undefined;
}
