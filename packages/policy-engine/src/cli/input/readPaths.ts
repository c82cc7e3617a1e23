import { count } from '../printable';
import { InputError } from './InputError';
import { LIMITS } from './limits';
import { MeshInput, Place } from './MeshInput';
import { parseDocument, ParsedDocument } from './parseDocument';
import { isJson, parseJson } from './parseJson';
import { PlainDocument } from './plainFile';
import { FileText, readText } from './readText';
import { readTogether } from './readTogether';
import { SecondThread } from './SecondThread';
import { splitDocuments } from './splitDocuments';
import { InputFile, walkFiles } from './walkFiles';

/** Reads every manifest of files and folders. Never throws for what the files hold. */
export function readPaths(input: MeshInput, paths: readonly string[]): void {
  const { files, errors } = walkFiles(paths);
  errors.forEach(error => input.report(error));
  const names = files.map(({ path }) => path);
  input.thread = SecondThread.start(names);
  const roots = new Map<string, RootCount>();
  let index = 0;
  for (const documents of readTogether(names, input.thread)) {
    const file = files[index++];
    const before = countTold(input);
    if (documents) addPlain(input, file, documents);
    else readFile(input, file);
    const root = roots.get(file.root) ?? { files: 0, told: 0 };
    root.files += 1;
    root.told += countTold(input) - before;
    roots.set(file.root, root);
  }
  const named = new Set(files.flatMap(file => (file.named ? file.root : [])));
  // One of several files may well be for somebody else: a shell's pattern names them all.
  const isAll = [...roots.values()].every(({ told }) => told === 0);
  for (const [path, root] of roots) {
    if (root.told > 0) continue;
    tellOfNothing(input, path, root, isAll && named.has(path));
  }
}

/** What came of the files under a path that was given. */
interface RootCount {
  files: number;
  /** Objects that Istio reads, and errors. */
  told: number;
}

function countTold({ counts, errors, errorsLeftOut }: MeshInput): number {
  return counts.recognized + errors.length + errorsLeftOut;
}

/** A slip in a path, or in every kind, must not look like a mesh in which nothing is wrong. */
function tellOfNothing(
  input: MeshInput,
  file: string,
  { files }: RootCount,
  named: boolean,
): void {
  if (named) {
    const message = 'holds no object that Istio reads';
    input.report({ kind: 'not-kubernetes', file, line: 0, message });
  } else {
    const read = count(files, 'file');
    input.notes.push(`${file}: ${read} read, no object that Istio reads`);
  }
}

function addPlain(
  input: MeshInput,
  { path: file, named }: InputFile,
  documents: readonly PlainDocument[],
): void {
  input.counts.files += 1;
  for (const { value, line } of documents) {
    input.addDocument(value, { file, line, at: '' }, named);
  }
}

/** Reads a file with care, and tells what is wrong with it. */
function readFile(input: MeshInput, { path, named }: InputFile): void {
  readContent(input, path, readText(path), named);
}

/** Reads a text that a person named, such as the input, as a file is read. */
export function readNamedText(
  input: MeshInput,
  file: string,
  read: FileText,
): void {
  const before = countTold(input);
  readContent(input, file, read, true);
  if (countTold(input) === before) {
    tellOfNothing(input, file, { files: 1, told: 0 }, true);
  }
}

function readContent(
  input: MeshInput,
  file: string,
  read: FileText,
  named: boolean,
): void {
  input.counts.files += 1;
  if (!read.ok) {
    const { line, message } = read;
    input.report({ kind: 'unreadable', file, line, message });
    return;
  }
  let errors = 0;
  for (const { parsed, linesBefore } of documentsOf(read.text, file)) {
    const line = linesBefore + parsed.line;
    if (parsed.ok) {
      const place: Place = { file, line, at: '' };
      input.addDocument(parsed.value, place, named);
    } else if (++errors <= LIMITS.errorsPerFile) {
      input.report(brokenDocument(file, line, parsed.message, read.text));
    }
  }
}

interface LocatedDocument {
  parsed: ParsedDocument;
  linesBefore: number;
}

function* documentsOf(text: string, file: string): Generator<LocatedDocument> {
  if (isJson(file, text)) {
    for (const parsed of parseJson(text)) yield { parsed, linesBefore: 0 };
    return;
  }
  for (const { text: part, linesBefore } of splitDocuments(text)) {
    for (const parsed of parseDocument(part)) yield { parsed, linesBefore };
  }
}

function brokenDocument(
  file: string,
  line: number,
  message: string,
  text: string,
): InputError {
  const template = /\{\{.*\}\}/.test(text)
    ? ' (the file looks like a template: audit what it renders to, such as `helm template`)'
    : '';
  return { kind: 'syntax', file, line, message: `${message}${template}` };
}
