import { extname } from 'node:path';
import { checkDepth, parseDocument, ParsedDocument } from './parseDocument';
import { countLines, DocumentText } from './splitDocuments';
import { STANDARD_INPUT } from './standardInput';

/**
 * Reads the text of a JSON file: one value, or several behind each other, as kubectl takes them; or
 * YAML under a wrong name.
 */
export function parseJson(text: string): ParsedDocument[] {
  if (!looksLikeJson(text)) return parseDocument(text);
  const { values, duplicate } = scanJson(text);
  if (duplicate === undefined) return values.map(parseValue);
  const line = countLines(text.slice(0, duplicate)) + 1;
  return [{ ok: false, message: 'Map keys must be unique', line }];
}

/** Whether a text is to be read as JSON: by its file's name, or where it has none, by how it begins. */
export function isJson(file: string, text: string): boolean {
  return file === STANDARD_INPUT
    ? /^\s*\{/.test(text)
    : extname(file).toLowerCase() === '.json';
}

/** Cuts a JSON file where one value ends and another begins. */
export function splitJson(text: string): DocumentText[] {
  return looksLikeJson(text)
    ? scanJson(text).values
    : [{ text, linesBefore: 0 }];
}

function looksLikeJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

function parseValue({ text, linesBefore }: DocumentText): ParsedDocument {
  try {
    const first = countLines(text.slice(0, text.search(/\S/)));
    return checkDepth(JSON.parse(text), linesBefore + first + 1);
  } catch (error) {
    const { message } = error as Error;
    // The message may quote the file, which may hold secrets.
    const short = message.split(/, |\.\.\.|"| in JSON/)[0].trim();
    const before = text.slice(0, positionOf(message, text)).trimEnd();
    const line = linesBefore + before.split('\n').length;
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

interface Scan {
  /** What stands behind each other. */
  values: DocumentText[];
  /** Where a key stands a second time in its object. */
  duplicate?: number;
}

/** Goes over the brackets and texts of JSON. What is no JSON comes out as it stands, for JSON.parse to refuse. */
function scanJson(text: string): Scan {
  const values: DocumentText[] = [];
  /** The keys of every object that is open; null for a list. */
  const open: (Set<string> | null)[] = [];
  let from = 0;
  let linesBefore = 0;
  const cut = (end: number) => {
    const part = text.slice(from, end);
    values.push({ text: part, linesBefore });
    linesBefore += countLines(part);
    from = end;
  };
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfText(text, at);
        const keys = open.at(-1);
        if (keys && isBeforeColon(text, end)) {
          const key = readKey(text.slice(at, end));
          if (keys.has(key)) return { values, duplicate: at };
          keys.add(key);
        }
        at = end - 1;
        break;
      }
      case '{':
        open.push(new Set());
        break;
      case '[':
        open.push(null);
        break;
      case '}':
      case ']':
        open.pop();
        if (open.length === 0 && isBeforeValue(text, at + 1)) cut(at + 1);
        break;
      default:
    }
  }
  cut(text.length);
  return { values };
}

/** Behind the quote that ends a text. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function isBeforeColon(text: string, from: number): boolean {
  return text[skipSpace(text, from)] === ':';
}

function isBeforeValue(text: string, from: number): boolean {
  return /[{[]/.test(text[skipSpace(text, from)] ?? '');
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (/[ \t\r\n]/.test(text[at] ?? '')) at += 1;
  return at;
}

/** Two ways to write a key are one key. */
function readKey(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted);
  } catch {
    return quoted;
  }
}
