import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// Rendering whole pages takes its time on a busy machine; what never comes fails all the same.
configure({ asyncUtilTimeout: 20_000 });

// No styles: jsdom cannot read layers, and compares each rule with every element whose style is asked for.
// What is seen is asked of a real browser (e2e).
if (typeof HTMLStyleElement !== 'undefined') {
  HTMLStyleElement.prototype.appendChild = node => node;
}
jest.mock('is-in-browser', () => ({ __esModule: true, default: false }));
