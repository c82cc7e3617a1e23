/** What both sets of browser tests ask of the browser. */
const chromium = process.env.CHROMIUM_PATH;

export const browser = {
  baseURL: 'http://localhost:3000',
  viewport: { width: 1280, height: 900 },
  trace: 'retain-on-failure' as const,
  launchOptions: {
    ...(chromium ? { executablePath: chromium } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
};

/** A busy machine takes its time; what never comes fails all the same. */
export const expected = { timeout: 30_000 };

export const reporter: (['list'] | ['json'])[] = [
  ['list'],
  ...(process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ? [['json'] as ['json']] : []),
];
