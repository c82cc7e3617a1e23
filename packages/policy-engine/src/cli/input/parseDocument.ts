// eslint-disable-next-line @backstage/no-undeclared-imports -- bundled into dist/cli.cjs
import { CORE_SCHEMA, load, Type } from 'js-yaml';
import { Document, LineCounter, parseAllDocuments } from 'yaml';
import {
  BOOLEANS,
  findMapError,
  YAML_OPTIONS,
} from '../../parse/yamlAsKubectl';
import { inMebibytes } from './limits';
import { readPlainYaml } from './plainYaml';

/** A value of a document, or why there is none. Lines count from the document's text, from 1. */
export type ParsedDocument =
  | { ok: true; value: unknown; line: number }
  | { ok: false; message: string; line: number };

/** As js-yaml has it. */
export const MAX_DEPTH = 100;

/** Nodes that aliases may expand to, against "billion laughs". */
const MAX_ALIASES = 100;

/** Characters of a document that the careful reader takes: it needs a hundred times their memory. */
const MAX_CAREFUL = 4 * 1024 * 1024;

/**
 * Anchors, aliases, tags and merge keys, or what could be one of them, and numbers that the two
 * readers read differently.
 */
const UNUSUAL = /(^|[\s[{,:?-])([&*][\w.-]|![\w!<.]|<<|[-+]?\d+_|[-+]?0b)/;

/** Booleans are those of kubectl, and so are the keys that they make. */
export const SCHEMA = CORE_SCHEMA.extend({
  implicit: [
    new Type('tag:yaml.org,2002:bool', {
      kind: 'scalar',
      resolve: (text: unknown) => BOOLEANS.has(text as string),
      construct: (text: string) => BOOLEANS.get(text),
    }),
  ],
});

/**
 * Reads the text of one document, or of a file that could not be cut into documents.
 *
 * Documents in the usual block style are read by a reader of our own. js-yaml reads other plain documents
 * ten times as fast as yaml does, and with the same result. yaml reads what is not plain, bounded, and
 * says what is wrong where js-yaml refuses.
 */
export function parseDocument(text: string): ParsedDocument[] {
  const usual = readPlainYaml(text);
  if (usual) return [{ ok: true, ...usual }];
  const plain = parsePlain(text);
  // The slow reader has messages with lines, and the last word.
  if (plain) return [plain];
  if (text.length <= MAX_CAREFUL) return parseCarefully(text);
  const message = `is broken, or has anchors, aliases or tags, which are read in documents of up to ${inMebibytes(
    MAX_CAREFUL,
  )} only`;
  return [{ ok: false, message, line: firstLine(text) }];
}

/** Keys that are maps or lists, as templates such as `name: {{ .Values.name }}` seem to have. */
const ODD_KEYS =
  /(^|[:\-[,?{])[ \t]*\{[ \t]*[{[]|^[ \t]*(-[ \t]+)*\?[ \t]|[\]}][ \t]*:[\s,}]/m;

/** The value of a document in which nothing is unusual; undefined for any other. */
export function parsePlain(
  text: string,
): Extract<ParsedDocument, { ok: true }> | undefined {
  if (UNUSUAL.test(text) || ODD_KEYS.test(text)) return undefined;
  try {
    const value = load(text, { schema: SCHEMA });
    return { ok: true, value, line: firstLine(text) };
  } catch {
    return undefined;
  }
}

/** An object of the API is never that deep, and functions that call themselves would fail on it. */
export function checkDepth(value: unknown, line: number): ParsedDocument {
  return isDeeper(value, MAX_DEPTH)
    ? { ok: false, message: `is nested more than ${MAX_DEPTH} deep`, line }
    : { ok: true, value, line };
}

export function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return (
    levels === 0 ||
    Object.values(value).some(item => isDeeper(item, levels - 1))
  );
}

/** Anchors are resolved and merge keys merged, as kubectl does. */
function parseCarefully(text: string): ParsedDocument[] {
  const lines = new LineCounter();
  const last = text.trimEnd().split('\n').length;
  let documents;
  try {
    documents = parseAllDocuments(text, {
      ...YAML_OPTIONS,
      lineCounter: lines,
      merge: true,
    });
  } catch (error) {
    return [{ ok: false, message: messageOf(error), line: 1 }];
  }
  return ('empty' in documents ? [] : documents).map(document => {
    const start = document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
    const line = Math.max(1, lines.linePos(start).line);
    const error = errorOf(document, lines);
    if (error) {
      return {
        ok: false,
        message: error.message,
        // What is missing at the end is reported after it.
        line: Math.min(error.line ?? line, last),
      };
    }
    try {
      const value = document.toJS({ maxAliasCount: MAX_ALIASES });
      return checkDepth(value, line);
    } catch (thrown) {
      return { ok: false, message: messageOf(thrown), line };
    }
  });
}

function errorOf(
  { errors: [error], contents }: Document.Parsed,
  lines: LineCounter,
): { message: string; line: number | undefined } | undefined {
  if (error) {
    return { message: messageOf(error), line: error.linePos?.[0].line };
  }
  const found = findMapError(contents);
  return (
    found && { message: found.message, line: lines.linePos(found.at).line }
  );
}

/** Line of the first content: comments, directives and the separator are none. */
function firstLine(text: string): number {
  let line = 1;
  for (let start = 0; start < text.length; line++) {
    const end = text.indexOf('\n', start);
    const stop = end < 0 ? text.length : end;
    const content = text.slice(start, stop).replace(/^---(?=\s|$)/, '');
    if (!/^(%|\s*(#|$))/.test(content)) return line;
    start = stop + 1;
  }
  return 1;
}

function messageOf(error: unknown): string {
  const { name, message } = error as Error;
  if (name === 'RangeError' || /call stack/.test(message))
    return 'is nested too deeply';
  if (/alias count/i.test(message)) {
    return `aliases expand to more than ${MAX_ALIASES} nodes; not read`;
  }
  return message.split('\n')[0].replace(/ at line \d+, column \d+:?$/, '');
}
