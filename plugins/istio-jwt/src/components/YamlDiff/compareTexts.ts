import { diffLines } from 'diff';

export interface DiffLine {
  /** `left`: stands for unchanged lines that are not shown. */
  kind: 'added' | 'removed' | 'same' | 'left';
  text: string;
}

/** Unchanged lines around a change. */
const CONTEXT = 4;
/** Beyond this, finding the shortest diff could keep the page busy. */
const MAX_EDITS = 2000;

/** Two texts line by line, with long stretches of unchanged lines folded. */
export function compareTexts(before: string, after: string): DiffLine[] {
  const parts = diffLines(before, after, { maxEditLength: MAX_EDITS }) ?? [
    { value: before, removed: true },
    { value: after, added: true },
  ];
  const isWhole = parts.length === 1;
  return parts.flatMap(({ value, added, removed }, index) => {
    const lines = value.replace(/\n$/, '').split('\n');
    if (value === '') {
      return [];
    }
    if (added || removed) {
      return lines.map(
        (text): DiffLine => ({
          kind: added ? 'added' : 'removed',
          text,
        }),
      );
    }
    return isWhole
      ? lines.map((text): DiffLine => ({ kind: 'same', text }))
      : foldSame(lines, index > 0, index < parts.length - 1);
  });
}

function foldSame(
  lines: string[],
  hasBefore: boolean,
  hasAfter: boolean,
): DiffLine[] {
  const head = hasBefore ? CONTEXT : 0;
  const tail = hasAfter ? CONTEXT : 0;
  const hidden = lines.length - head - tail;
  const same = (text: string): DiffLine => ({ kind: 'same', text });
  if (hidden < 2) {
    return lines.map(same);
  }
  return [
    ...lines.slice(0, head).map(same),
    { kind: 'left', text: `${hidden} unchanged lines` },
    ...lines.slice(lines.length - tail).map(same),
  ];
}
