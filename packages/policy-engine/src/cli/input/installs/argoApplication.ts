import { parseAsKubectl } from '../../../parse/yamlAsKubectl';
import { installChart } from './helmChart';
import { Installed, unite, untold } from './installed';
import {
  asList,
  asValues,
  mergeValues,
  textAt,
  Values,
  valueAt,
  valuesAt,
} from './values';

const MAX_LENGTH = 1024 * 1024;

/** What Argo CD makes of an Application of Istio's charts. */
export function installApplication(application: Values): Installed {
  const spec = valuesAt(application, 'spec');
  const sources = sourcesOf(application);
  const namespace = textAt(spec, 'destination', 'namespace') ?? 'default';
  const name = textAt(application, 'metadata', 'name') ?? '';
  return unite(
    sources.flatMap(source => {
      const chart = textAt(source, 'chart');
      if (chart === undefined) return [];
      return installChart({
        chart,
        source: textAt(source, 'repoURL') ?? '',
        name: textAt(source, 'helm', 'releaseName') ?? name,
        namespace: textAt(source, 'helm', 'namespace') ?? namespace,
        values: valuesOf(valuesAt(source, 'helm')),
        version: textAt(source, 'targetRevision'),
      });
    }),
  );
}

/** What an ApplicationSet makes is not followed: which Applications, is for its generators to say. */
export function installApplicationSet(set: Values): Installed {
  const application = valuesAt(set, 'spec', 'template');
  const { objects, doubts } = installApplication(application);
  const isOfIstio =
    objects.length + doubts.length > 0 ||
    sourcesOf(application).some(
      source =>
        textAt(source, 'chart')?.includes('{{') &&
        /istio/i.test(textAt(source, 'repoURL') ?? ''),
    );
  return isOfIstio
    ? untold(
        "makes Applications of Istio's charts: what they install does not count",
      )
    : unite([]);
}

function sourcesOf(application: Values): Values[] {
  const spec = valuesAt(application, 'spec');
  return [valuesAt(spec, 'source'), ...asList(valueAt(spec, 'sources'))];
}

/** Undefined where some of them stand in files, or cannot be read. */
function valuesOf(helm: Values): Values | undefined {
  const isElsewhere = ['valueFiles', 'fileParameters'].some(
    field => asList(valueAt(helm, field)).length > 0,
  );
  if (isElsewhere) return undefined;
  // Argo CD minds `values` only where there is no `valuesObject`.
  const written = valueAt(helm, 'valuesObject') ?? valueAt(helm, 'values');
  const values =
    typeof written === 'string' ? readText(written) : asValues(written);
  const parameters = asList(valueAt(helm, 'parameters'));
  if (!values || !parameters.every(isPlain)) return undefined;
  return parameters.reduce<Values>(
    (before, parameter) => mergeValues(before, nest(parameter)),
    values,
  );
}

/** Whether a parameter names a field of fields: Helm's syntax knows items of lists and more. */
function isPlain(parameter: Values): boolean {
  return /^[\w.-]+$/.test(textAt(parameter, 'name') ?? '');
}

function readText(text: string): Values | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  try {
    return asValues(parseAsKubectl(text));
  } catch {
    return undefined;
  }
}

/** A parameter as values: `labels.istio` names a field of a field. */
function nest(parameter: Values): Values {
  const path = (textAt(parameter, 'name') ?? '').split('.');
  return path.reduceRight<unknown>(
    (value, key) => ({ [key]: value }),
    textAt(parameter, 'value') ?? '',
  ) as Values;
}
