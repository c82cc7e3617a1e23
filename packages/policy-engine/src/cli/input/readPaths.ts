import { extname } from 'node:path';
import { InputError } from './InputError';
import { LIMITS } from './limits';
import { MeshInput, Place } from './MeshInput';
import { parseDocument, ParsedDocument, parseJson } from './parseDocument';
import { PlainDocument } from './plainFile';
import { readText } from './readText';
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
  let index = 0;
  for (const documents of readTogether(names, input.thread)) {
    const file = files[index++];
    if (documents) addPlain(input, file, documents);
    else readFile(input, file);
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
function readFile(input: MeshInput, { path: file, named }: InputFile): void {
  input.counts.files += 1;
  const read = readText(file);
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
  if (extname(file).toLowerCase() === '.json') {
    yield { parsed: parseJson(text), linesBefore: 0 };
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
