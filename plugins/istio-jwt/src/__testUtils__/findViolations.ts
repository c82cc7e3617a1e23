import axe from 'axe-core';

/**
 * Accessibility violations below `root`. Contrast needs a real browser, and regions belong to the
 * page around.
 */
export async function findViolations(root: Element): Promise<string[]> {
  const { violations } = await axe.run(root, {
    rules: {
      'color-contrast': { enabled: false },
      region: { enabled: false },
    },
  });
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
}
