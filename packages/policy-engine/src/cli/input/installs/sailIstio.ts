import { DEFAULT_ROOT_NAMESPACE } from '../../../attach/meshConfig';
import { Installed } from './installed';
import { renderIstiod } from './istiodChart';
import { renderTag } from './revisionTags';
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
      // Tags have a kind of their own.
      revisionTags: [],
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

/**
 * What the Sail operator makes of an `IstioRevisionTag`. The active revision of an `Istio` has its name, unless it
 * has one for each version: then the tag leads to none that is known.
 */
export function installRevisionTag(object: Values): Installed {
  const tag = textAt(object, 'metadata', 'name');
  const revision = textAt(object, 'spec', 'targetRef', 'name');
  return {
    objects:
      tag === undefined || revision === undefined
        ? []
        : [renderTag(`istio-revision-tag-${tag}`, tag, revision)],
    doubts: [],
  };
}
