import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: [
    './src/db/schema/entities.ts',
    './src/db/schema/crawl.ts',
    './src/db/schema/streams.ts',
    './src/db/schema/ledger.ts',
    './src/db/schema/views.ts',
  ],
  out: './migrations',
})
