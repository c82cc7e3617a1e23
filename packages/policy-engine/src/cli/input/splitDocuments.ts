/** One document of a file, as text. */
export interface DocumentText {
  text: string;
  /** Lines of the file before the text. */
  linesBefore: number;
}

/** A line that begins a document: YAML allows it nowhere else at the beginning of a line. */
const SEPARATOR = /^---(?=[ \t\r]|$)/gm;

/**
 * Cuts a YAML file at its `---` lines, so that one broken document does not cost the others and
 * none of them needs the memory of all. A file with directives, or where documents end by `...`, is
 * not cut.
 */
export function* splitDocuments(text: string): Generator<DocumentText> {
  if (/^(%|\.\.\.(?=[ \t\r]|$))/m.test(text)) {
    yield { text, linesBefore: 0 };
    return;
  }
  let start = 0;
  let linesBefore = 0;
  SEPARATOR.lastIndex = 0;
  for (let cut = SEPARATOR.exec(text); cut; cut = SEPARATOR.exec(text)) {
    const at = cut.index;
    const part = text.slice(start, at);
    // The generator may be left and entered by others: the pattern's place is set anew each time.
    const next = SEPARATOR.lastIndex;
    if (at > start) yield { text: part, linesBefore };
    linesBefore += countLines(part);
    start = at;
    SEPARATOR.lastIndex = next;
  }
  yield { text: text.slice(start), linesBefore };
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}
