/** Every text that somebody who clones the repository gets: files of all commits, commit messages, tags. */
import { spawn, spawnSync } from 'node:child_process';

/** Larger ones are no text of a person; nothing that is kept here comes near. */
const MAX_BYTES = 8 * 1024 * 1024;

function git(repository, args) {
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 1024 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

/** @returns {'whole' | 'shallow' | 'none'} how much of the history is here */
export function judgeHistory(repository) {
  try {
    const shallow = git(repository, ['rev-parse', '--is-shallow-repository']);
    return shallow.trim() === 'true' ? 'shallow' : 'whole';
  } catch {
    return 'none';
  }
}

/**
 * Objects that can be reached from HEAD and tags, and those that the next commit would add.
 *
 * @returns {Map<string, string>} by object id, the path that it has or had; '' for commits and tags
 */
export function listObjects(repository) {
  const reached = git(repository, ['rev-list', '--objects', 'HEAD', '--tags']);
  const objects = new Map(
    reached
      .split('\n')
      .filter(Boolean)
      .map(line => [line.slice(0, 40), line.slice(41)]),
  );
  const staged = git(repository, ['ls-files', '--stage', '-z']).split('\0');
  for (const entry of staged.filter(Boolean)) {
    const [, id, path] = /^\d+ (\w+) \d\t([^]*)$/.exec(entry);
    if (!objects.has(id)) objects.set(id, path);
  }
  return objects;
}

/** Objects as `git cat-file --batch` writes them: a line with type and size, then the content. */
export async function* readObjects(repository, ids) {
  const child = spawn('git', ['cat-file', '--batch'], { cwd: repository });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code =>
      code === 0 ? resolve() : reject(new Error(`git cat-file: ${code}`)),
    );
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${ids.join('\n')}\n`);
  let waiting = Buffer.alloc(0);
  for await (const chunk of child.stdout) {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const end = waiting.indexOf('\n');
      if (end < 0) break;
      const header = waiting.subarray(0, end).toString();
      const [id, type, size] = header.split(' ');
      if (type === 'missing') throw new Error(`git lacks the object ${id}`);
      const until = end + 1 + Number(size);
      if (waiting.length < until + 1) break;
      const content = waiting.subarray(end + 1, until);
      waiting = waiting.subarray(until + 1);
      if (type !== 'tree' && isText(content)) {
        yield { id, type, content: content.toString('utf8') };
      }
    }
  }
  await ended;
}

function isText(content) {
  return content.length <= MAX_BYTES && !content.subarray(0, 8_000).includes(0);
}
