import { isMap, isSeq, LineCounter, Node, parseDocument } from 'yaml';
import { isJson, splitJson } from './parseJson';
import { FileText, readText } from './readText';
import { DocumentText, splitDocuments } from './splitDocuments';
import { findLine } from './findLine';
import { STANDARD_INPUT } from './standardInput';

/** Characters of a document in which a line is looked for; in longer ones its first line must do. */
const MAX_DOCUMENT = 512 * 1024;
const KEPT_FILES = 64;

/** The line of a path inside a document of a file. */
export interface LineQuestion {
  file: string;
  /** Line of the document's first content. */
  line: number;
  /** From the document's root. */
  path: string;
}

/**
 * Finds lines of paths inside documents. Syntax trees are not kept while reading; a document is read
 * once more when something was found in it.
 */
export class LineFinder {
  private readonly files = new Map<string, readonly DocumentText[]>();
  private last?: { key: string; find: (path: string) => number | undefined };

  /** @param standardInput - what `-` stands for */
  constructor(private readonly standardInput?: FileText) {}

  /** The document's first line where the path is not found. */
  find({ file, line, path }: LineQuestion): number {
    const key = `${line} ${file}`;
    if (this.last?.key !== key) {
      this.last = { key, find: this.indexDocument(file, line) };
    }
    return this.last.find(path) ?? line;
  }

  private indexDocument(file: string, line: number) {
    const documents = this.documentsOf(file);
    const document = documents.findLast(part => part.linesBefore < line);
    if (!document || document.text.length > MAX_DOCUMENT)
      return () => undefined;
    const lines = document.text.split('\n');
    let parsed: ((path: string) => number | undefined) | undefined;
    const known = new Map<string, number | undefined>();
    return (path: string) => {
      if (known.has(path)) return known.get(path);
      const inside =
        findLine(lines, path) ?? (parsed ??= indexText(document.text))(path);
      const found =
        inside === undefined ? undefined : document.linesBefore + inside;
      known.set(path, found);
      return found;
    };
  }

  private documentsOf(file: string): readonly DocumentText[] {
    const known = this.files.get(file);
    if (known) return known;
    if (this.files.size >= KEPT_FILES) this.files.clear();
    const read = file === STANDARD_INPUT ? this.standardInput : readText(file);
    const documents = read?.ok ? cut(file, read.text) : [];
    this.files.set(file, documents);
    return documents;
  }
}

function cut(file: string, text: string): DocumentText[] {
  return [...(isJson(file, text) ? splitJson : splitDocuments)(text)];
}

/** Parses a text, once, to find the lines of paths in it. */
function indexText(text: string): (path: string) => number | undefined {
  const lines = new LineCounter();
  let root: unknown;
  try {
    root = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: false,
    }).contents;
  } catch {
    return () => undefined;
  }
  return path => {
    const at = offsetOf(root, path);
    return at === undefined ? undefined : lines.linePos(at).line;
  };
}

/** Offset of what a path leads to, or of the last part of it that is there. */
function offsetOf(root: unknown, path: string): number | undefined {
  let node = root;
  let rest = path;
  let found: number | undefined;
  while (rest !== '') {
    const step = isSeq(node)
      ? stepIntoList(node.items, rest)
      : stepIntoMap(node, rest);
    if (!step) return found;
    found = step.offset ?? found;
    node = step.node;
    rest = step.rest;
  }
  return found;
}

interface Step {
  node: unknown;
  offset?: number;
  rest: string;
}

function stepIntoList(
  items: readonly unknown[],
  path: string,
): Step | undefined {
  const index = /^\[(\d+)\]\.?/.exec(path);
  if (!index) return undefined;
  const node = items[Number(index[1])];
  return node === undefined
    ? undefined
    : { node, offset: startOf(node), rest: path.slice(index[0].length) };
}

/** Keys may hold dots, as labels do: the longest key that fits is the one meant. */
function stepIntoMap(node: unknown, path: string): Step | undefined {
  if (!isMap(node)) return undefined;
  let best: Step | undefined;
  let longest = -1;
  for (const { key, value } of node.items) {
    const name = String((key as { value?: unknown } | null)?.value ?? '');
    const after = path.slice(name.length);
    if (name.length <= longest || !path.startsWith(name)) continue;
    if (after !== '' && !/^[.[]/.test(after)) continue;
    longest = name.length;
    best = {
      node: value,
      offset: startOf(key),
      rest: after.replace(/^\./, ''),
    };
  }
  return best;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
