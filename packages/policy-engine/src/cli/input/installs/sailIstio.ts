import { DEFAULT_ROOT_NAMESPACE } from '../../../attach/meshConfig';
import { Installed } from './installed';
import { renderIstiod } from './istiodChart';
import { mergeValues, textAt, Values, valuesAt } from './values';

/** What the Sail operator makes of an `Istio`, as far as it decides requests. It installs no gateways. */
export function installSail(istio: Values): Installed {
  const spec = valuesAt(istio, 'spec');
  const namespace = textAt(spec, 'namespace') ?? DEFAULT_ROOT_NAMESPACE;
  const version = textAt(spec, 'version');
  const profile = textAt(spec, 'profile');
  const revision = revisionOf(textAt(istio, 'metadata', 'name') ?? '', spec);
  const values = mergeValues(
    profile === undefined ? {} : { profile },
    mergeValues(valuesAt(spec, 'values'), {
      revision,
      global: { istioNamespace: namespace },
    }),
  );
  return {
    objects: renderIstiod({ namespace, values, tag: version }),
    doubts: [],
  };
}

/** One for each version where several may run beside each other, else one of the name of the object. */
function revisionOf(name: string, spec: Values): string {
  if (textAt(spec, 'updateStrategy', 'type') === 'RevisionBased') {
    const version = textAt(spec, 'version') ?? '';
    return `${name}-${version.replaceAll('.', '-')}`;
  }
  return name === 'default' ? '' : name;
}
