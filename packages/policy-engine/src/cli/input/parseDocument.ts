// eslint-disable-next-line @backstage/no-undeclared-imports -- bundled into dist/cli.cjs
import { CORE_SCHEMA, load } from 'js-yaml';
import { LineCounter, parseAllDocuments } from 'yaml';
import { inMebibytes } from './limits';
import { readPlainYaml } from './plainYaml';

/** A value of a document, or why there is none. Lines count from the document's text, from 1. */
export type ParsedDocument =
  | { ok: true; value: unknown; line: number }
  | { ok: false; message: string; line: number };

/** As js-yaml has it. */
const MAX_DEPTH = 100;

/** Nodes that aliases may expand to, against "billion laughs". */
const MAX_ALIASES = 100;

/** Characters of a document that the careful reader takes: it needs a hundred times their memory. */
const MAX_CAREFUL = 4 * 1024 * 1024;

/**
 * Anchors, aliases, tags and merge keys, or what could be one of them, and numbers that the two
 * readers read differently.
 */
const UNUSUAL = /(^|[\s[{,:?-])([&*][\w.-]|![\w!<.]|<<|[-+]?\d+_|[-+]?0b)/;

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

/** The value of a document in which nothing is unusual; undefined for any other. */
export function parsePlain(
  text: string,
): Extract<ParsedDocument, { ok: true }> | undefined {
  if (UNUSUAL.test(text)) return undefined;
  try {
    const value = load(text, { schema: CORE_SCHEMA });
    return { ok: true, value, line: firstLine(text) };
  } catch {
    return undefined;
  }
}

/** Reads the text of a JSON file. */
export function parseJson(text: string): ParsedDocument {
  try {
    return checkDepth(JSON.parse(text), 1);
  } catch (error) {
    const { message } = error as Error;
    // The message may quote the file, which may hold secrets.
    const short = message.split(/, |\.\.\.|"| in JSON/)[0].trim();
    const before = text.slice(0, positionOf(message, text)).trimEnd();
    const line = before.split('\n').length;
    return { ok: false, message: `is no JSON: ${short}`, line };
  }
}

/** V8 says the position, or quotes ten characters to each side of it. */
function positionOf(message: string, text: string): number {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position) + 1;
  const quoted = /\.\.\."([\s\S]*?)"(\.\.\.)? is not valid JSON/.exec(
    message,
  )?.[1];
  if (quoted !== undefined) return text.indexOf(quoted) + 11;
  return /^Unexpected end/.test(message) ? text.length : 1;
}

/** An object of the API is never that deep, and functions that call themselves would fail on it. */
function checkDepth(value: unknown, line: number): ParsedDocument {
  return isDeeper(value, MAX_DEPTH)
    ? { ok: false, message: `is nested more than ${MAX_DEPTH} deep`, line }
    : { ok: true, value, line };
}

function isDeeper(value: unknown, levels: number): boolean {
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
    documents = parseAllDocuments(text, { lineCounter: lines, merge: true });
  } catch (error) {
    return [{ ok: false, message: messageOf(error), line: 1 }];
  }
  return ('empty' in documents ? [] : documents).map(document => {
    const start = document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
    const line = Math.max(1, lines.linePos(start).line);
    const [error] = document.errors;
    if (error) {
      return {
        ok: false,
        message: messageOf(error),
        // What is missing at the end is reported after it.
        line: Math.min(error.linePos?.[0].line ?? line, last),
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

/** Line of the first content: comments and the separator are none. */
function firstLine(text: string): number {
  let line = 1;
  for (let start = 0; start < text.length; line++) {
    const end = text.indexOf('\n', start);
    const stop = end < 0 ? text.length : end;
    const content = text.slice(start, stop).replace(/^---(?=\s|$)/, '');
    if (!/^\s*(#|$)/.test(content)) return line;
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
