/**
 * Path patterns as lists of segments, so that two of them can be cut with each other:
 * `{*}` is one segment that is not empty, `{**}` any rest, `abc{…}` a segment that starts with `abc`
 * and then any rest (what a prefix pattern stands for).
 */

const ANY_SEGMENT = '{*}';
const ANY_REST = '{**}';
const OPEN_END = '{…}';

/** Templates kept while closing under overlap. */
const MAX_TEMPLATES = 200;

/** All templates with all their overlaps, overlaps of overlaps, and so on. */
export function closeUnderOverlap(templates: readonly string[]): {
  list: string[];
  complete: boolean;
} {
  const closed = new Set(templates);
  const queue = [...closed];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const other of [...closed]) {
      for (const common of overlapsOf(next, other)) {
        if (closed.has(common)) continue;
        if (closed.size >= MAX_TEMPLATES) {
          return { list: [...closed], complete: false };
        }
        closed.add(common);
        queue.push(common);
      }
    }
  }
  return { list: [...closed], complete: true };
}

/** Templates for the paths that both match; several where a rest can begin at several places. */
function overlapsOf(a: string, b: string): string[] {
  return overlap(a.split('/'), b.split('/')).map(parts => parts.join('/'));
}

function overlap(a: readonly string[], b: readonly string[]): string[][] {
  const [x, ...moreA] = a;
  const [y, ...moreB] = b;
  if (x === undefined || y === undefined) {
    return x === undefined && y === undefined ? [[]] : [];
  }
  if (x === ANY_REST) return [[...b]];
  if (y === ANY_REST) return [[...a]];
  if (x.endsWith(OPEN_END) || y.endsWith(OPEN_END)) return overlapOpen(a, b);
  const segment = cutSegments(x, y);
  return segment === undefined
    ? []
    : overlap(moreA, moreB).map(rest => [segment, ...rest]);
}

function cutSegments(x: string, y: string): string | undefined {
  if (x === ANY_SEGMENT) return y === '' ? undefined : y;
  if (y === ANY_SEGMENT) return x === '' ? undefined : x;
  return x === y ? x : undefined;
}

/** One of both ends in an open segment: the other goes on as it is, if it starts like that. */
function overlapOpen(a: readonly string[], b: readonly string[]): string[][] {
  const open = a[0].endsWith(OPEN_END) ? a : b;
  const other = open === a ? b : a;
  const head = open[0].slice(0, -OPEN_END.length);
  const [first, ...rest] = other;
  if (first.endsWith(OPEN_END)) {
    const otherHead = first.slice(0, -OPEN_END.length);
    if (otherHead.startsWith(head)) return [[first]];
    return head.startsWith(otherHead) ? [[open[0]]] : [];
  }
  if (first === ANY_SEGMENT) {
    // The segment itself, longer than the head; and exactly the head, where it is not empty.
    return [
      [`${head}${ANY_SEGMENT}`, ...rest],
      ...(head === '' ? [] : [[head, ...rest]]),
    ];
  }
  const literal = first.endsWith(ANY_SEGMENT)
    ? first.slice(0, -ANY_SEGMENT.length)
    : first;
  if (literal.startsWith(head)) return [[...other]];
  return first !== literal && head.startsWith(literal)
    ? [
        [`${head}${ANY_SEGMENT}`, ...rest],
        [head, ...rest],
      ]
    : [];
}

/** What stands for the open parts of a template in an example. */
export interface Filling {
  /** One segment that no pattern names. */
  segment: string;
  /** A rest of more segments than any template has, so that no other template matches it. */
  rest: string;
}

export function fillingFor(
  templates: readonly string[],
  segment: string,
): Filling {
  const deepest = Math.max(1, ...templates.map(each => each.split('/').length));
  return { segment, rest: Array(deepest).fill(segment).join('/') };
}

/** A path that the template matches. `short` leaves rests empty. */
export function exampleOf(
  template: string,
  { segment, rest }: Filling,
  form: 'short' | 'long' = 'long',
): string {
  return template
    .replaceAll(ANY_REST, form === 'short' ? '' : rest)
    .replaceAll(OPEN_END, form === 'short' ? '' : segment)
    .replaceAll(ANY_SEGMENT, segment);
}

/** Paths that the template matches and that end in `suffix`, in each way in which that can be. */
export function narrowBySuffix(
  template: string,
  suffix: string,
  filling: Filling,
): string[] {
  const { segment: filler, rest } = filling;
  if (suffix === '') return [exampleOf(template, filling)];
  const parts = template.split('/');
  const last = parts.at(-1) ?? '';
  const before = parts.slice(0, -1).map(part => exampleOf(part, filling));
  const at = (end: string) => [...before, end].join('/');
  if (last === ANY_REST) {
    return [
      at(`${filler}${suffix}`),
      at(suffix),
      at(`${rest}${suffix}`),
      ...throughEnd(parts, suffix, filling),
    ];
  }
  if (last.endsWith(OPEN_END)) {
    const head = last.slice(0, -OPEN_END.length);
    return [at(`${head}${filler}${suffix}`), at(`${head}${suffix}`)];
  }
  return throughEnd(parts, suffix, filling);
}

/** Lays the suffix over the template's last segments. */
function throughEnd(
  parts: readonly string[],
  suffix: string,
  filling: Filling,
): string[] {
  const filler = filling.segment;
  const laid = [...parts];
  if (laid.at(-1) === ANY_REST) laid[laid.length - 1] = '';
  const ends = suffix.split('/');
  for (let i = 0; i < ends.length; i++) {
    const position = laid.length - 1 - i;
    if (position < 0) return [];
    const end = ends[ends.length - 1 - i];
    const isWhole = i < ends.length - 1;
    const part = laid[position];
    if (part === ANY_SEGMENT) {
      laid[position] = isWhole ? end : `${filler}${end}`;
    } else if (part.endsWith(ANY_SEGMENT)) {
      const head = part.slice(0, -ANY_SEGMENT.length);
      laid[position] = isWhole ? end : `${head}${filler}${end}`;
    }
  }
  return [laid.map(part => exampleOf(part, filling)).join('/')];
}
