import { WEBHOOKS_KIND } from '../../../attach/injection';
import { REVISION, TAG } from '../../../attach/istiods';
import { stringList } from '../../../attach/labels';
import { DEFAULT_ROOT_NAMESPACE } from '../../../attach/meshConfig';
import { Values, valueAt } from './values';

/** The webhooks of tags that values of the chart `istiod` ask for (its revision-tags-mwc.yaml). */
export function renderTags(
  values: Values,
  namespace: string,
  revision: string,
): object[] {
  const isLeftOut =
    valueAt(values, 'global', 'operatorManageWebhooks') === true ||
    valueAt(values, 'global', 'resourceScope') === 'namespace';
  const suffix = namespace === DEFAULT_ROOT_NAMESPACE ? '' : `-${namespace}`;
  const tags = isLeftOut ? [] : stringList(valueAt(values, 'revisionTags'));
  return tags.map(tag =>
    renderTag(`istio-revision-tag-${tag}${suffix}`, tag, revision),
  );
}

/** The webhooks of a tag, as far as they say what it leads to. */
export function renderTag(name: string, tag: string, revision: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: WEBHOOKS_KIND,
    metadata: { name, labels: { [TAG]: tag, [REVISION]: revision } },
  };
}
