/**
 * What the engine does about an error. `wait`: everything pauses, no attempt is spent. `retry`: the same
 * request again, after a back-off. `restart`: the pass from its top. `mark`: the entity is recorded as
 * unavailable. `skip`: the stream fails for this run. `stop`: the run ends.
 */
export type Recovery = 'wait' | 'retry' | 'restart' | 'mark' | 'skip' | 'stop'

/** The exit codes of the command line; their meanings are part of the public contract. */
export const ExitCode = {
  finished: 0,
  bug: 1,
  usage: 2,
  streamsFailed: 3,
  stopped: 4,
  notServed: 5,
  locked: 6,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

interface CatalogueEntry {
  readonly recovery: Recovery
  readonly exit: ExitCode
  readonly summary: string
  /** What the reader can do next. */
  readonly hint: string
}

const AGAIN = 'The same command goes on where this one stopped.'

/** Every error that has a name. The engine looks at `recovery` alone; the command line at the rest. */
export const catalogue = {
  'bad-usage': {
    recovery: 'stop',
    exit: 2,
    summary: 'The command is not valid',
    hint: 'See `sora-crawl --help`.',
  },
  'bad-seed': {
    recovery: 'stop',
    exit: 2,
    summary: 'A seed cannot be read',
    hint: 'Nothing was sent. `sora-crawl crawl --help` lists the forms of a seed.',
  },
  'bad-setting': { recovery: 'stop', exit: 2, summary: 'A setting is not valid', hint: 'Nothing was sent.' },
  'no-key': {
    recovery: 'stop',
    exit: 2,
    summary: 'No API key',
    hint:
      'Set SORA_API_KEY and SORA_API_URL (or TIKOMNI_API_KEY, or TIKHUB_API_KEY) in the environment ' +
      'or in .env, or try `--sandbox`, which needs none.',
  },
  'bad-database': {
    recovery: 'stop',
    exit: 2,
    summary: 'The database cannot be used',
    hint: 'Name another file with --db.',
  },
  'unreadable-place': {
    recovery: 'stop',
    exit: 2,
    summary: 'The database cannot be read where it is',
    hint:
      'Copy the file, and the -wal file beside it if there is one, into a folder that you may write ' +
      'to; TMPDIR names the folder for temporary files.',
  },
  'stale-log': {
    recovery: 'stop',
    exit: 2,
    summary: 'The log does not belong to the database',
    hint:
      'If you have put a backup back, remove the files beside it whose names end in -wal and -shm: ' +
      'they hold what was written after the backup. If not, put the file back to which the log ' +
      'belongs.',
  },
  'second-name': {
    recovery: 'stop',
    exit: 2,
    summary: 'The database has a second name',
    hint: 'Nothing was sent or changed.',
  },
  'moved-database': {
    recovery: 'stop',
    exit: 4,
    summary: 'The database was moved, deleted or replaced',
    hint:
      'Nothing more is sent or written. Put the file where it belongs; then the same command goes ' +
      'on from what it holds.',
  },
  'few-descriptors': {
    recovery: 'stop',
    exit: 2,
    summary: 'This process may open too few files',
    hint: 'Allow it more (`ulimit -n 1024`), and run the same command again.',
  },
  'temporary-full': {
    recovery: 'stop',
    exit: 4,
    summary: 'The folder for temporary files is full',
    hint: 'Free some space there, or name another folder in TMPDIR; the same command begins anew.',
  },
  'not-loaded': {
    recovery: 'stop',
    exit: 2,
    summary: 'better-sqlite3 cannot be loaded',
    hint:
      'It was built for another version of Node, or not at all: run `npm rebuild better-sqlite3` in ' +
      'the folder in which sora-crawl is installed.',
  },
  'bad-query': {
    recovery: 'stop',
    exit: 2,
    summary: 'The query cannot be answered',
    hint: 'Nothing was changed.',
  },
  'bad-output': {
    recovery: 'stop',
    exit: 2,
    summary: 'The folder of the export cannot be used',
    hint: 'Nothing was written. Name another folder with --out.',
  },
  'output-full': {
    recovery: 'stop',
    exit: 4,
    summary: 'The output cannot be written',
    hint: 'No part of it was left behind. Free some space on its disk. The same command begins anew.',
  },
  'output-lost': {
    recovery: 'stop',
    exit: 4,
    summary: 'The output cannot be written',
    hint:
      'What the command did is done. Free some space on its disk, or let the output go elsewhere; ' +
      'the same command answers again.',
  },
  'bad-key-file': {
    recovery: 'stop',
    exit: 2,
    summary: 'The key of pseudonyms cannot be used',
    hint: 'Nothing was written. Name another file with --key-file.',
  },
  'newer-database': {
    recovery: 'stop',
    exit: 2,
    summary: 'The database was written by a newer sora-crawl',
    hint: 'Nothing was changed. Update sora-crawl.',
  },
  'mixed-origin': {
    recovery: 'stop',
    exit: 2,
    summary: 'Sandbox and real data do not mix',
    hint: 'Name another file with --db.',
  },
  locked: {
    recovery: 'stop',
    exit: 6,
    summary: 'Another process is writing to this database',
    hint: 'Wait for it to end, or name another file with --db.',
  },
  'being-read': {
    recovery: 'stop',
    exit: 6,
    summary: 'Another process is reading this database',
    hint: 'What was removed stays in the file’s log until it ends: then run the same command again.',
  },
  'copy-stays': {
    recovery: 'stop',
    exit: 4,
    summary: 'A copy of the database cannot be deleted',
    hint:
      'They are gone from the database itself. Delete the copy, or see that it can be deleted, and ' +
      'run the same command again.',
  },
  'unknown-person': {
    recovery: 'stop',
    exit: 2,
    summary: 'This person cannot be found',
    hint: 'Nothing was changed.',
  },
  'forgotten-seeds': { recovery: 'stop', exit: 2, summary: 'No seed is left', hint: 'Nothing was sent.' },
  'disk-full': {
    recovery: 'stop',
    exit: 4,
    summary: 'The database cannot be written',
    hint: `Free some space on its disk. ${AGAIN}`,
  },
  interrupted: { recovery: 'stop', exit: 4, summary: 'Interrupted', hint: AGAIN },
  'not-confirmed': {
    recovery: 'stop',
    exit: 4,
    summary: 'Not confirmed',
    hint: 'The same command asks again; --yes does not ask, and --max-cost says where it stops by itself.',
  },

  unreachable: {
    recovery: 'retry',
    exit: 4,
    summary: 'The API cannot be reached',
    hint: `Check SORA_API_URL and the network. ${AGAIN}`,
  },
  'no-descriptors': {
    recovery: 'stop',
    exit: 4,
    summary: 'This process may open no more files or connections',
    hint: `Raise \`ulimit -n\` or lower --concurrency. ${AGAIN}`,
  },
  insecure: {
    recovery: 'stop',
    exit: 5,
    summary: 'There is no secure connection to the API',
    hint: `The key was not sent. Check SORA_API_URL. ${AGAIN}`,
  },
  'proxy-refused': {
    recovery: 'stop',
    exit: 5,
    summary: 'The proxy refused',
    hint: `The API was not asked. NO_PROXY names hosts that are asked without a proxy. ${AGAIN}`,
  },
  'server-error': { recovery: 'retry', exit: 4, summary: 'The API failed', hint: AGAIN },
  'asked-to-retry': { recovery: 'retry', exit: 4, summary: 'The API asked to try again', hint: AGAIN },
  'malformed-answer': { recovery: 'retry', exit: 4, summary: 'The answer cannot be read', hint: AGAIN },
  'stray-answer': { recovery: 'retry', exit: 4, summary: 'The API answers for somebody else', hint: AGAIN },
  'rate-limited': { recovery: 'wait', exit: 4, summary: 'The API asked to wait', hint: AGAIN },
  'dead-cursor': {
    recovery: 'restart',
    exit: 3,
    summary: 'The API no longer accepts the cursor',
    hint: 'The next crawl reads the listing from its top.',
  },
  'bad-request': {
    recovery: 'skip',
    exit: 3,
    summary: 'The API refused the request',
    hint: 'See `sora-crawl status`.',
  },
  gone: { recovery: 'mark', exit: 0, summary: 'The entity is gone', hint: '' },
  private: { recovery: 'mark', exit: 0, summary: 'The account is private', hint: '' },
  'refused-alike': {
    recovery: 'stop',
    exit: 4,
    summary: 'The API refuses everything in the same words',
    hint:
      'Nobody is to blame but the request: look for a newer sora-crawl, or for another form of the ' +
      `seeds. ${AGAIN}`,
  },
  forbidden: {
    recovery: 'stop',
    exit: 5,
    summary: 'The API refuses this route',
    hint: `Nobody was marked as private. Check in the gateway’s dashboard what the key may read. ${AGAIN}`,
  },
  'key-forbidden': {
    recovery: 'stop',
    exit: 5,
    summary: 'The API refused the key for this route',
    hint: 'Check what the key may read in the gateway’s dashboard.',
  },
  blocked: {
    recovery: 'stop',
    exit: 5,
    summary: 'Something in front of the API refuses us',
    hint:
      'It is no answer of the gateway: a firewall, a content delivery network or a proxy. Look ' +
      `whether this network may reach it. ${AGAIN}`,
  },
  redirected: {
    recovery: 'stop',
    exit: 5,
    summary: 'The API redirects, which is never followed',
    hint: 'Set SORA_API_URL to the address at which the API is.',
  },
  'no-routes': {
    recovery: 'stop',
    exit: 5,
    summary: 'None of the API’s routes is at this address',
    hint:
      'Check SORA_API_URL (it ends in /sora2), and whether the gateway still has these routes. ' +
      'Nothing counts as done.',
  },
  'key-refused': {
    recovery: 'stop',
    exit: 5,
    summary: 'The API refused the key',
    hint: 'Check SORA_API_KEY; SORA_API_URL must belong to the same gateway.',
  },
  'quota-spent': {
    recovery: 'stop',
    exit: 4,
    summary: 'The quota of the key is used up',
    hint: `Wait until it is renewed, or raise it. ${AGAIN}`,
  },
  'balance-empty': {
    recovery: 'stop',
    exit: 4,
    summary: 'The balance is empty',
    hint: `Top it up. ${AGAIN}`,
  },
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof catalogue

/**
 * Characters of what may be quoted from a file, a flag or a server: beyond this nobody reads on to the hint.
 */
const LONGEST_DETAIL = 600
/** Every bad seed of a list is named: whoever wrote the list mends them at once. */
const LONGEST_LIST = 20_000

/** The one error class: a code of the catalogue and what is particular to this case. */
export class AppError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown }) {
    super(detail, options)
    this.name = 'AppError'
    this.code = code
  }

  get recovery(): Recovery {
    return catalogue[this.code].recovery
  }

  get exit(): ExitCode {
    return catalogue[this.code].exit
  }

  /** One line: what happened, the particulars, what to do next. */
  get line(): string {
    const { summary, hint } = catalogue[this.code]
    const most = this.code === 'bad-seed' ? LONGEST_LIST : LONGEST_DETAIL
    const detail =
      this.message.length > most ? `${this.message.slice(0, most).toWellFormed()}…` : this.message
    return oneLine([`${summary}: ${detail}`, hint].filter(Boolean).join(' — '))
  }
}

/**
 * What a terminal obeys instead of showing it: control characters, and marks that turn the writing direction
 * of what follows.
 */
const OBEYED = String.raw`\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069`
const OBEYED_RUN = new RegExp(`[${OBEYED}]+`, 'g')
/** Line ends and tabs are what text of several lines is made of. */
const OBEYED_IN_TEXT = new RegExp(String.raw`(?![\n\t])[${OBEYED}]`, 'g')

/**
 * Text as a single line that a terminal shows as it is, so that nothing a server or a file says can redraw or
 * turn it.
 */
export function oneLine(text: string): string {
  return text.replaceAll(OBEYED_RUN, ' ').trim()
}

/**
 * Text of any number of lines for a terminal: what it would obey is shown in the escapes of JSON, so that
 * JSON stays the value that it is.
 */
export function shownText(text: string): string {
  return text.replaceAll(OBEYED_IN_TEXT, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/**
 * Whether the system refused to write for want of room: a full disk, a quota, a limit on the size of files,
 * or a disk that fails.
 */
export function isNoRoom(error: unknown): boolean {
  return NO_ROOM.has((error as { code?: unknown } | null)?.code)
}

const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'])
