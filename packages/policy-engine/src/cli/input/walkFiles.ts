import { Dirent, readdirSync, Stats, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { InputError } from './InputError';
import { inMebibytes, LIMITS } from './limits';

/** A file to read. */
export interface InputFile {
  /** As a person would name it: the given path, with what follows below it. */
  path: string;
  bytes: number;
  /** Named itself, not met in a folder: what it holds is meant to be read. */
  named: boolean;
  /** The path that was given. */
  root: string;
}

const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);
/** Folders that hold no manifests of their owner. */
const SKIPPED_FOLDERS = new Set(['node_modules', 'vendor']);

interface Walk {
  files: InputFile[];
  errors: InputError[];
  bytes: number;
  full: boolean;
  /** The path that is walked. */
  root: string;
  /** Files and folders with manifests that were met under it, read before or not. */
  met: number;
  /** Folders and files that were met, by device and number, against double reading. */
  seen: Set<string>;
  /** Folders on the way to where the walk is, against loops. */
  above: string[];
}

/**
 * Every YAML and JSON file of the paths, in the order of names. Links are followed, each folder and
 * file is read once; folders whose name begins with a dot, `node_modules` and `vendor` are left out.
 * What cannot be read is an error, and the rest is still read.
 */
export function walkFiles(paths: readonly string[]): {
  files: InputFile[];
  errors: InputError[];
} {
  const walk: Walk = {
    files: [],
    errors: [],
    bytes: 0,
    full: false,
    root: '',
    met: 0,
    seen: new Set(),
    above: [],
  };
  for (const path of paths) {
    const stats = statOf(walk, path);
    if (!stats || walk.full) continue;
    walk.root = path;
    if (stats.isDirectory()) {
      walk.met = 0;
      const errors = walk.errors.length;
      visitFolder(walk, path, stats);
      if (walk.met === 0 && walk.errors.length === errors) {
        report(walk, path, 'holds no YAML or JSON file');
      }
    } else if (stats.isFile()) addFile(walk, path, stats, true);
    else report(walk, path, 'is neither a file nor a folder');
  }
  return { files: walk.files, errors: walk.errors };
}

function visitFolder(walk: Walk, path: string, stats: Stats) {
  const id = idOf(stats);
  if (walk.above.includes(id)) {
    report(walk, path, 'leads back to a folder above it; not followed');
    return;
  }
  if (walk.seen.has(id)) {
    walk.met += 1;
    return;
  }
  walk.seen.add(id);
  if (walk.above.length > LIMITS.depth) {
    report(walk, path, `is more than ${LIMITS.depth} folders deep; not read`);
    return;
  }
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    report(walk, path, `cannot be read: ${causeOf(error)}`);
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  walk.above.push(id);
  for (const entry of entries) visitEntry(walk, join(path, entry.name), entry);
  walk.above.pop();
}

function visitEntry(walk: Walk, path: string, entry: Dirent) {
  const wanted = EXTENSIONS.has(extname(entry.name).toLowerCase());
  const skipped = entry.name.startsWith('.') || SKIPPED_FOLDERS.has(entry.name);
  if (walk.full || (entry.isFile() ? !wanted : skipped)) return;
  // What a link leads to is known only when it was followed.
  const stats =
    entry.isSymbolicLink() && !wanted ? peek(path) : statOf(walk, path);
  if (stats?.isDirectory()) {
    if (!skipped) visitFolder(walk, path, stats);
  } else if (stats?.isFile() && wanted) addFile(walk, path, stats, false);
}

function addFile(walk: Walk, path: string, stats: Stats, named: boolean) {
  const bytes = stats.size;
  const id = idOf(stats);
  walk.met += 1;
  if (walk.seen.has(id)) return;
  walk.seen.add(id);
  if (bytes > LIMITS.fileBytes) {
    const size = inMebibytes(bytes);
    const limit = inMebibytes(LIMITS.fileBytes);
    report(walk, path, `is ${size}, over the limit of ${limit}; not read`);
    return;
  }
  if (walk.files.length >= LIMITS.files) {
    walk.full = true;
    report(walk, path, `is past the limit of ${LIMITS.files} files; not read`);
    return;
  }
  if (walk.bytes + bytes > LIMITS.totalBytes) {
    walk.full = true;
    const limit = inMebibytes(LIMITS.totalBytes);
    report(
      walk,
      path,
      `and what follows is past the limit of ${limit}; not read`,
    );
    return;
  }
  walk.bytes += bytes;
  walk.files.push({ path, bytes, named, root: walk.root });
}

function idOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function statOf(walk: Walk, path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    report(walk, path, `cannot be read: ${causeOf(error)}`);
    return undefined;
  }
}

/** A link that leads nowhere and is not called like a manifest is nobody's loss. */
function peek(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function report(walk: Walk, file: string, message: string) {
  if (walk.errors.length < LIMITS.errors) {
    walk.errors.push({ kind: 'unreadable', file, line: 0, message });
  }
}

/** What a failed call to the file system means, for a person. */
export function causeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ELOOP':
      return 'too many links, or a loop of links';
    default:
      return String(code ?? 'unknown cause');
  }
}
