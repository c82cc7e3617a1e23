/** Bundles of the plugins, for portals that load them dynamically (`backstage-cli package bundle`). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run, say } from './commands.ts';
import { repoRoot } from './paths.ts';

const PLUGINS = ['istio-jwt', 'istio-jwt-backend'];
/** What a portal loads first of a bundle. */
const MAIN: Record<string, string> = {
  'istio-jwt': 'dist/remoteEntry.js',
  'istio-jwt-backend': 'dist/index.cjs.js',
};

export async function bundlePlugins(workDir: string): Promise<void> {
  const destination = join(workDir, 'bundles');
  for (const plugin of PLUGINS) {
    const seconds = await run(
      'yarn',
      [
        ...['backstage-cli', 'package', 'bundle', '--clean'],
        ...['--output-destination', destination],
      ],
      {
        cwd: join(repoRoot, 'plugins', plugin),
        log: join(workDir, `bundle-${plugin}.log`),
        // It writes the coloured output of `yarn config` into a settings file.
        env: { YARN_ENABLE_COLORS: 'false' },
      },
    );
    const main = join(destination, `backstage-plugin-${plugin}`, MAIN[plugin]);
    if (!existsSync(main)) throw new Error(`The bundle lacks ${main}`);
    say(`${plugin}: bundled in ${Math.round(seconds)} s.`);
  }
}
