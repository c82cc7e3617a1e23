import { isMap, isScalar, isSeq, Node, parse, Scalar, ScalarTag } from 'yaml';

/**
 * Words that kubectl takes for booleans: those of YAML 1.1, as go-yaml v2 resolves them for
 * `sigs.k8s.io/yaml` (resolve.go).
 */
export const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', 'y'].flatMap(word => spellings(word, true)),
  ...['false', 'no', 'off', 'n'].flatMap(word => spellings(word, false)),
]);

function spellings(word: string, value: boolean): [string, boolean][] {
  const capital = word[0].toUpperCase() + word.slice(1);
  return [word, capital, word.toUpperCase()].map(text => [text, value]);
}

const boolean: ScalarTag = {
  identify: value => typeof value === 'boolean',
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: /^(?:y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE|n|N|no|No|NO|off|Off|OFF|false|False|FALSE)$/,
  resolve: text => new Scalar(BOOLEANS.get(text)),
};

const customTags = (tags: unknown[]) => [boolean, ...(tags as ScalarTag[])];

const MAX_ALIASES = 100;

/**
 * Reads one document as istiod and Helm do, who read as kubectl does: to them `ingressControllerMode: OFF` is no word.
 * A key may stand once. Throws for what is no YAML.
 */
export function parseAsKubectl(text: string): unknown {
  return parse(text, { customTags, maxAliasCount: MAX_ALIASES });
}

/** For the package yaml: it compares every key of a map with every other, see {@link findMapError}. */
export const YAML_OPTIONS = {
  uniqueKeys: false,
  customTags,
} as const;

/** What is wrong with the keys of a map, and at which offset. */
export interface MapError {
  message: string;
  at: number;
}

/** Finds a key that a map has twice, or that is no text, such as `{{ .Values.spec }}` of a template. */
export function findMapError(root: unknown): MapError | undefined {
  const rest: unknown[] = [root];
  while (rest.length > 0) {
    const node = rest.pop();
    if (isSeq(node)) {
      for (let at = node.items.length - 1; at >= 0; at--) {
        rest.push(node.items[at]);
      }
    }
    if (!isMap(node)) continue;
    const keys = new Set<string>();
    for (const { key } of node.items) {
      const at = (key as Node | null)?.range?.[0] ?? node.range?.[0] ?? 0;
      if (isMap(key) || isSeq(key)) {
        return { message: 'Map keys must be texts', at };
      }
      if (!isScalar(key)) continue;
      const name = String(key.value);
      if (keys.has(name) && name !== '<<') {
        return { message: 'Map keys must be unique', at };
      }
      keys.add(name);
    }
    for (let at = node.items.length - 1; at >= 0; at--) {
      rest.push(node.items[at].value);
    }
  }
  return undefined;
}
