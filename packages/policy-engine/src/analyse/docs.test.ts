import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assessService, Finding, findingCatalogue } from '..';
import { applyYaml, meshOf } from '../__testUtils__/mesh';
import { BASE } from './__testUtils__/fixtures';

const ROOT = join(__dirname, '../../../..');
const FOLDER = join(ROOT, 'docs/findings');

/** Told from observations alone: its page has no configuration. */
const BY_FACTS = ['jwks-unreachable'];

function page(id: string): string {
  return readFileSync(join(FOLDER, `${id}.md`), 'utf8');
}

function section(text: string, title: string): string {
  const [, rest = ''] = text.split(`\n## ${title}\n`);
  return rest.split('\n## ')[0];
}

function block(text: string, language: string): string | undefined {
  return new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(text)?.[1];
}

describe('pages of findings', () => {
  it('are there for each finding, and for nothing else', () => {
    const pages = readdirSync(FOLDER)
      .filter(name => name !== 'README.md')
      .map(name => name.replace(/\.md$/, ''));
    expect(pages.sort()).toEqual(findingCatalogue.map(({ id }) => id).sort());
  });

  it('stand in the index under their severity', () => {
    const index = page('README');
    const titles = { error: 'Errors', warning: 'Warnings', info: 'Hints' };
    for (const { id, severity, title, docs } of findingCatalogue) {
      expect(docs).toBe(`docs/findings/${id}.md`);
      const list = section(index, titles[severity]);
      expect(list).toContain(`[\`${id}\`](${id}.md)`);
      expect(list).toContain(title);
    }
  });
});

describe.each([...findingCatalogue])('page of $id', ({ id, title, link }) => {
  const text = page(id);

  it('says what, why, how to mend and how to check', () => {
    expect(text.startsWith(`# ${title}\n`)).toBe(true);
    expect(text).toContain(`Finding \`${id}\``);
    for (const name of ['Why Istio does so', 'Example', 'Fix']) {
      expect(section(text, name).trim()).not.toBe('');
    }
    expect(block(section(text, 'Check by hand'), 'sh')).toBeDefined();
    expect(text).toContain(link);
  });

  if (BY_FACTS.includes(id)) return;

  it('has an example in which it is found, and a fix in which it is not', () => {
    const example = block(section(text, 'Example'), 'yaml') ?? '';
    const mesh = meshOf([BASE, example]);
    const find = (): Finding[] =>
      assessService(mesh, {
        namespace: 'default',
        name: 'backend',
      }).findings.filter(finding => finding.id === id);
    const [found] = find();
    expect(found).toBeDefined();
    const fix = section(text, 'Fix');
    const patch = block(fix, 'json');
    expect(patch && JSON.parse(patch)).toEqual(found.patch?.operations);
    const mended = block(fix, 'yaml');
    if (mended === undefined) return;
    applyYaml(mesh, mended);
    expect(find()).toEqual([]);
  });
});
