/** Reads the pages of the documentation, and the commands in them. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { remark } from 'remark';
import remarkGfm from 'remark-gfm';
import { repoRoot } from '../lib/toolchain.mjs';

const PAGES = [
  '*.md',
  'docs/**/*.md',
  'packages/*/README.md',
  'plugins/*/README.md',
];

export function listPages() {
  return PAGES.flatMap(pattern => globSync(pattern, { cwd: repoRoot })).sort();
}

/**
 * The blocks of a page that are marked as shell (`sh`), each with what a comment in front of it says:
 *
 * - `tried by: PATH`: a test of another place runs it
 * - `needs: COMMAND`: runs where this command can be had
 * - `instead`: runs where the one before could not
 *
 * and with what has to be printed, where a block of `text` comes next.
 *
 * @returns {{ page: string, line: number, script: string, mode: { kind: 'run' | 'instead' } |
 *   { kind: 'tried', by: string } | { kind: 'needs', command: string }, prints?: string }[]}
 */
export function readCommands(page) {
  const path = join(repoRoot, page);
  const { children } = remark()
    .use(remarkGfm)
    .parse(existsSync(path) ? readFileSync(path, 'utf8') : '');
  return children.flatMap((node, index) => {
    if (node.type !== 'code') return [];
    if (!node.lang || /^(bash|shell|console)$/.test(node.lang)) {
      throw new Error(
        `${page}:${node.position.start.line} Say what the block is: sh for commands, text for output.`,
      );
    }
    if (node.lang !== 'sh') return [];
    const before = children[index - 1];
    const next = children[index + 1];
    return [
      {
        page,
        line: node.position.start.line,
        script: node.value,
        mode: readMode(before?.type === 'html' ? before.value : ''),
        prints:
          next?.type === 'code' && next.lang === 'text'
            ? next.value
            : undefined,
      },
    ];
  });
}

function readMode(comment) {
  const [, key, value] =
    /^<!--\s*(tried by|needs|instead)(?::\s*(.+?))?\s*-->$/.exec(comment) ?? [];
  if (key === 'tried by') return { kind: 'tried', by: value };
  if (key === 'needs') return { kind: 'needs', command: value };
  return { kind: key ?? 'run' };
}
