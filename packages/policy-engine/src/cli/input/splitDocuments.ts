/** One document of a file, as text. */
export interface DocumentText {
  text: string;
  /** Lines of the file before the text. */
  linesBefore: number;
}

/** Lines that begin or end a document: YAML allows them nowhere else at the beginning of a line. */
const SEPARATOR = /^(?:---|\.\.\.)(?=[ \t\r]|$)/gm;

/** A line that is no directive, no comment and not empty. */
const CONTENT = /^(?!%|[ \t]*(?:#|\r?$))/m;

/**
 * Cuts a YAML file before its `---` lines and behind its `...` lines, so that one broken document does
 * not cost the others and none of them needs the memory of all.
 */
export function* splitDocuments(text: string): Generator<DocumentText> {
  let start = 0;
  let linesBefore = 0;
  SEPARATOR.lastIndex = 0;
  for (let cut = SEPARATOR.exec(text); cut; cut = SEPARATOR.exec(text)) {
    // The generator may be left and entered by others: the pattern's place is set anew each time.
    const next = SEPARATOR.lastIndex;
    const at = cut[0] === '---' ? cut.index : endOfLine(text, next);
    if (at > start && !isDirectives(text, start, at)) {
      const part = text.slice(start, at);
      yield { text: part, linesBefore };
      linesBefore += countLines(part);
      start = at;
    }
    SEPARATOR.lastIndex = next;
  }
  yield { text: text.slice(start), linesBefore };
}

/** Whether nothing but directives stand there, which belong to the document behind them. */
function isDirectives(text: string, start: number, end: number): boolean {
  if (!/[%#\s]/.test(text[start])) return false;
  const part = text.slice(start, end);
  return /^%/m.test(part) && !CONTENT.test(part);
}

/** Where the next line begins. */
function endOfLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline + 1;
}

export function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}
