/** Puts into a new portal's files what the pages say to put there. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { additions, pages } from '../paths.ts';
import type { FrontendSystem } from '../tries.ts';
import { findBlock, readBlocks, splitAtComments } from './readBlocks.ts';

type Place = { after: string } | { before: string };

/** Where in the generator's files the page's comments mean. */
const PLACES: Record<string, Record<string, Place>> = {
  'packages/app/src/components/catalog/EntityPage.tsx': {
    'in overviewContent': { after: '<EntityAboutCard />\n    </Grid>' },
    'in serviceEntityPage': { before: '<EntityLayout.Route path="/api"' },
  },
  'packages/app/src/App.tsx': {
    'in <FlatRoutes>': { before: '</FlatRoutes>' },
  },
  'packages/app/src/components/Root/Root.tsx': {
    'in <Sidebar>': { before: '{/* End global nav */}' },
  },
};
const BACKEND = 'packages/backend/src/index.ts';
const STYLES = 'packages/app/src/index.tsx';

/** The first time that the place is there; a portal without it is not what the page describes. */
function insert(text: string, place: Place, code: string, file: string) {
  const mark = 'after' in place ? place.after : place.before;
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${file} has no ${mark}`);
  const cut = 'after' in place ? at + mark.length : at;
  return `${text.slice(0, cut)}\n${code}\n${text.slice(cut)}`;
}

export function wirePlugins(directory: string, system: FrontendSystem): void {
  const edit = (file: string, change: (text: string) => string) => {
    const path = join(directory, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  };
  for (const { page, heading } of additions) {
    const blocks = readBlocks(page, heading);
    if (!blocks.some(({ file }) => file === BACKEND)) continue;
    const added = findBlock(blocks, BACKEND);
    edit(BACKEND, text =>
      insert(text, { before: 'backend.start();' }, added, BACKEND),
    );
  }
  // With the new frontend system and `app.packages: all` there is nothing to do.
  if (system === 'new') return;

  const blocks = readBlocks(pages.frontend, 'Legacy frontend system');
  for (const [file, places] of Object.entries(PLACES)) {
    const parts = splitAtComments(findBlock(blocks, file));
    const unknown = [...parts.keys()].filter(key => key && !places[key]);
    if (unknown.length > 0) throw new Error(`Where is "${unknown}"?`);
    edit(file, text =>
      [...parts].reduce(
        (edited, [comment, code]) =>
          comment === ''
            ? `${code}\n${edited}`
            : insert(edited, places[comment], code, file),
        text,
      ),
    );
  }
  const styles = findBlock(blocks, STYLES);
  edit(STYLES, text => (text.includes(styles) ? text : `${styles}\n${text}`));
}
