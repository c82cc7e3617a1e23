import { installChart } from './helmChart';
import { Installed, unite } from './installed';
import { textAt, Values, valueAt, valuesAt } from './values';

/** What Flux makes of a HelmRelease of one of Istio's charts. */
export function installFluxRelease(release: Values): Installed {
  const spec = valuesAt(release, 'spec');
  const chart = textAt(spec, 'chart', 'spec', 'chart');
  if (chart === undefined) return unite([]);
  const { name, namespace } = placeOf(release, spec);
  const isWhole =
    isAbsent(valueAt(spec, 'valuesFrom')) &&
    isAbsent(valueAt(spec, 'postRenderers')) &&
    isAbsent(valueAt(spec, 'chart', 'spec', 'valuesFiles'));
  return installChart({
    chart,
    source: textAt(spec, 'chart', 'spec', 'sourceRef', 'name') ?? '',
    name,
    namespace,
    values: isWhole ? valuesAt(spec, 'values') : undefined,
    version: textAt(spec, 'chart', 'spec', 'version'),
  });
}

function placeOf(release: Values, spec: Values) {
  const own = textAt(release, 'metadata', 'name') ?? '';
  const target = textAt(spec, 'targetNamespace');
  return {
    name:
      textAt(spec, 'releaseName') ??
      (target === undefined ? own : `${target}-${own}`),
    namespace: target ?? textAt(release, 'metadata', 'namespace') ?? 'default',
  };
}

function isAbsent(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (Array.isArray(value) && value.length === 0)
  );
}
