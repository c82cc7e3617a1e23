import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCli } from './bundle.mjs';

/** Writes the command's files to dist, and the licences of what is bundled in them. */
const root = fileURLToPath(new URL('..', import.meta.url));
const inputs = bundleCli('dist');

const packages = new Map();
for (const input of Object.keys(inputs)) {
  const found = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input);
  if (found) packages.set(found[2], join(root, found[1]));
}
const notices = [...packages]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, folder]) => {
    const { version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    const file = existsSync(folder)
      ? readdirSync(folder).find(item => /^licen[cs]e/i.test(item))
      : undefined;
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
const target = join(root, 'dist', 'cli.licenses.txt');
writeFileSync(target, notices.join(`\n${'-'.repeat(80)}\n\n`));
process.stdout.write(
  `${dirname(target)}: cli.cjs with ${packages.size} packages bundled\n`,
);
