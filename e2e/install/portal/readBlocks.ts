/** Reads the instructions of a page, which the tries carry out as they stand there. */
import { readFileSync } from 'node:fs';

export interface Block {
  language: string;
  /** The comment in its first line, where there is one: the file that it is for. */
  file?: string;
  text: string;
}

/**
 * The code blocks below a heading, up to the next heading of any level.
 *
 * @throws Error where the page has no such heading, or no block below it
 */
export function readBlocks(page: string, heading: string): Block[] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const blocks: Block[] = [];
  let isBelow = false;
  let open: { language: string; lines: string[] } | undefined;
  for (const line of lines) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence && open) {
      if (isBelow) blocks.push(toBlock(open));
      open = undefined;
    } else if (fence) {
      open = { language: fence[1], lines: [] };
    } else if (open) {
      open.lines.push(line);
    } else if (/^#+ /.test(line)) {
      isBelow = line.replace(/^#+ /, '') === heading;
    }
  }
  if (blocks.length === 0) {
    throw new Error(`${page} has no code below "${heading}"`);
  }
  return blocks;
}

function toBlock({ language, lines }: { language: string; lines: string[] }) {
  const comment = /^(?:\/\/|#) (\S+\.\w+)/.exec(lines[0] ?? '');
  return {
    language,
    file: comment?.[1],
    text: (comment ? lines.slice(1) : lines).join('\n'),
  };
}

/** The one block for a file. */
export function findBlock(blocks: Block[], file: string): string {
  const found = blocks.filter(block => block.file === file);
  if (found.length !== 1) {
    throw new Error(`${found.length} blocks are for ${file}, not one`);
  }
  return found[0].text;
}

/**
 * A block cut at its comments: `''` is what comes before the first of them.
 *
 * @returns code by the comment above it
 * @throws Error where an element ends with a semicolon, which a page would show
 */
export function splitAtComments(text: string): Map<string, string> {
  const parts = new Map<string, string>();
  let comment = '';
  let lines: string[] = [];
  const keep = () => {
    const code = lines.join('\n').trim();
    if (/^<[^]*;$/.test(code)) throw new Error(`A semicolon ends ${code}`);
    parts.set(comment, code);
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('// ')) {
      keep();
      comment = line.slice(3);
      lines = [];
    } else {
      lines.push(line);
    }
  }
  keep();
  return parts;
}
