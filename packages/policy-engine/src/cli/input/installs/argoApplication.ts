import { parseAsKubectl } from '../../../parse/yamlAsKubectl';
import { installChart } from './helmChart';
import { Installed, unite } from './installed';
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
  const sources = [
    valuesAt(spec, 'source'),
    ...asList(valueAt(spec, 'sources')),
  ];
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
