import { WEBHOOKS_KIND } from '../../../attach/injection';
import { REVISION, TAG } from '../../../attach/istiods';
import { stringList } from '../../../attach/labels';
import { Values, valueAt } from './values';

/** Tags that values of the chart `istiod` ask for webhooks of (its revision-tags-mwc.yaml). */
export function tagsOf(values: Values): string[] {
  const isLeftOut =
    valueAt(values, 'global', 'operatorManageWebhooks') === true ||
    valueAt(values, 'global', 'resourceScope') === 'namespace';
  return isLeftOut ? [] : stringList(valueAt(values, 'revisionTags'));
}

/** The webhooks of a tag, as far as they say what it leads to. */
export function renderTag(name: string, tag: string, revision: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: WEBHOOKS_KIND,
    metadata: { name, labels: { [TAG]: tag, [REVISION]: revision } },
  };
}
