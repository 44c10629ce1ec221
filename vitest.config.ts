import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{engine,server,cli,contract}/src/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['tests/harness/soak.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
