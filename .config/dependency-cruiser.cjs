// @ts-check
/* Who may import whom. Every message says why, and what to do instead; src/README.md has the picture. */

/** Packages that one place hides from all others, so that it can be replaced there. */
const owners = {
  undici: 'src/api/',
  'p-queue': 'src/api/',
  'drizzle-orm': 'src/db/',
  'better-sqlite3': 'src/db/',
  yargs: 'src/cli/',
  'log-update': 'src/cli/',
  yaml: 'src/cli/',
  'string-width': 'src/cli/',
  croner: 'src/cli/',
  '@streamparser/json': 'src/cli/',
  echarts: 'src/report/',
  'hyparquet-writer': 'src/export/',
  fflate: 'src/export/',
  pino: 'src/log.ts',
}
/** Packages that say what things are and hide nothing. */
const shared = ['zod']

/** The faces that each module may import, beside the kernel. `cli`, which puts modules together, may import all. */
const friends = {
  api: [],
  db: [],
  normalize: ['api'],
  crawl: ['api', 'db', 'normalize'],
  crawlers: ['api', 'crawl', 'normalize'],
  export: ['db'],
  report: ['db'],
  sandbox: ['api'],
}
const reasons = {
  api: 'api gets one page and says what it means; it must not know who asks. Take what it needs as a parameter.',
  db: 'The store will get a second implementation; whatever it knows would have to be known twice. Hand it plain values through the port (src/db/port.ts).',
  normalize:
    'normalize turns payloads into rows and does nothing else, so that stored pages can be read again without a network. Have the caller pass what it needs; rows are typed by src/db/schema.',
  crawl:
    'crawl decides what to fetch next and when to stop, and knows api, db and normalize by their faces alone. What belongs to one listing goes into a crawler, what belongs to a person goes into cli.',
  crawlers:
    'A crawler is a definition: it says what a listing is and leaves the doing to the engine. What it misses belongs into the contract (src/crawl/contract.ts).',
  export:
    'export writes files from the store alone, so that it works without a key or a network. Ask for what is missing through a read query of src/db.',
  report:
    'report shows what the store holds, so that it can be made again at any time. Ask for what is missing through a read query of src/db.',
  sandbox:
    'The sandbox stands in for the real API: if it knew the program it would share the program’s mistakes. It knows the routes of src/api/index.ts and nothing else.',
}

const KERNEL =
  'src/(errors|config|log|clock|failpoint|home|key|nearest|paths|proxy|setting-warnings|text-file)[.]ts$'

const between = Object.entries(friends).map(([name, faces]) => ({
  name: `${name}-imports`,
  comment: `${reasons[name]} May import: ${['the kernel', ...faces.map(face => `src/${face}/index.ts`)].join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: {
    path: '^src/',
    pathNot: [
      `^${KERNEL}`,
      `^src/(${[name, ...faces].join('|')})/`,
      ...(name === 'normalize' ? ['^src/db/schema/'] : []),
    ],
  },
}))

const packages = Object.entries(owners).map(([name, owner]) => ({
  name: `${name}-has-an-owner`,
  comment: `Only ${owner} imports ${name}, so that it can be replaced by changing one place. Use what ${owner} offers, or have it offer more.`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^${owner.replaceAll('.', '[.]')}` },
  to: { path: `node_modules/(@types/)?${name}/` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...between,
    ...packages,
    {
      name: 'through-the-face',
      comment:
        'A module is known by its index.ts; what is behind may change without anybody noticing. Import it from there, and export it there if others are to rely on it. (normalize takes the types of rows from src/db/schema.)',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/([^/]+)/.', pathNot: ['^src/$1/', '^src/[^/]+/index[.]ts$', '^src/db/schema/'] },
    },
    {
      name: 'schema-stays-below',
      comment:
        'Tables are the store’s own: only normalize may look at src/db/schema, to type its rows. Use what src/db/index.ts exports.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(db|normalize)/' },
      to: { path: '^src/db/schema/' },
    },
    {
      name: 'normalize-takes-types-only',
      comment:
        'normalize must work without a database, where types are gone and values are not. Import from src/db/schema with `import type`.',
      severity: 'error',
      from: { path: '^src/normalize/' },
      to: { path: '^src/db/schema/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'normalize-is-pure',
      comment:
        'normalize reads no file, clock or network: the same stored page gives the same rows for ever. Take what it needs as a parameter.',
      severity: 'error',
      from: { path: '^src/normalize/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'crawlers-stand-alone',
      comment:
        'A new crawler is one new file, so none knows another. What two of them share belongs into the page reader (src/normalize) or the contract (src/crawl/contract.ts); the build lists the folder in all.ts.',
      severity: 'error',
      from: { path: '^src/crawlers/', pathNot: '/(index|all)[.]ts$' },
      to: { path: '^src/crawlers/' },
    },
    {
      name: 'nobody-imports-cli',
      comment:
        'cli puts modules together; a module that needs it is upside down. Return a value or take a callback, and let cli do the showing.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli/', '^src/main[.]ts$'] },
      to: { path: '^src/(cli/|main[.]ts$)' },
    },
    {
      name: 'main-starts-cli',
      comment: 'main.ts starts the command line and does nothing else. Put it into src/cli.',
      severity: 'error',
      from: { path: '^src/main[.]ts$' },
      to: { path: '^src/', pathNot: '^src/cli/index[.]ts$' },
    },
    {
      name: 'kernel-knows-nobody',
      comment:
        'Everything may use the kernel, so it uses nothing: a kernel file that imports a module makes a circle with it. Move the code into that module.',
      severity: 'error',
      from: { path: `^${KERNEL}` },
      to: { path: '^src/', pathNot: `^${KERNEL}` },
    },
    {
      name: 'modules-have-a-place',
      comment:
        'Files of src are the kernel (errors, config, log, clock, failpoint, key, paths, proxy, setting-warnings, text-file), main.ts, or in a module’s folder. A new module gets a line in `friends` of .config/dependency-cruiser.cjs: whom may it import, and why no one else?',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [`^${KERNEL}`, '^src/main[.]ts$', `^src/(cli|${Object.keys(friends).join('|')})/`],
      },
      to: {},
    },
    {
      name: 'packages-are-placed',
      comment:
        'Every package is either hidden by one owner or shared on purpose. Add it to `owners` (or `shared`) of .config/dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: 'node_modules/',
        pathNot: `node_modules/(@types/)?(${[...Object.keys(owners), ...shared].join('|')})/`,
      },
    },
    {
      name: 'no-dev-dependency',
      comment:
        'Users install `dependencies` only, and the program would not start. Move the package there, with a sentence in src/README.md, or do without.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'no-test-code',
      comment: 'Tests are not part of the package. Move what the program needs into src.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-circle',
      comment:
        'Files in a circle can only be understood all at once. Move what both need into a third file, or pass it as a parameter.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment: 'Nothing imports this file and it imports nothing. Use it or delete it.',
      severity: 'error',
      from: { orphan: true },
      to: {},
    },
    {
      name: 'no-dead-file',
      comment:
        'The program never comes to this file from main.ts. Use it or delete it. (Crawlers are found by listing their folder.)',
      severity: 'error',
      from: { path: '^src/main[.]ts$' },
      to: { path: '^src/', pathNot: '^src/crawlers/', reachable: false },
    },
    {
      name: 'resolvable',
      comment:
        'The import leads nowhere. Is the name right, does it end in .js, is the package in package.json?',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
