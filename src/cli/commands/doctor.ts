import { ExitCode } from '../../errors.js'
import type { Command } from '../command.js'
import { databaseFacts } from '../doctor/database.js'
import { exitOf, type Finding } from '../doctor/finding.js'
import { configFile } from '../config-place.js'
import type { OnlineFacts } from '../doctor/online.js'
import { programFacts, type ProgramFacts } from '../doctor/program.js'
import { settingFacts, type SettingFacts } from '../doctor/settings.js'
import type { DatabaseFacts } from '../../db/index.js'
import { bytes } from '../format.js'
import type { Output } from '../output.js'

interface Flags {
  online: boolean
}

export const doctorCommand: Command<Flags> = {
  command: 'doctor',
  describe: 'Look at settings, key, address, Node, database and disk; sends nothing without --online',
  builder: yargs =>
    yargs
      .option('online', {
        type: 'boolean',
        default: false,
        describe: 'Send one request, which is billed, and say whether address, key and route are right',
      })
      .example('$0 doctor', 'is everything there that a crawl needs?')
      .example('$0 doctor --online --db study.db', 'and does the API answer?')
      .epilogue(
        'The key is never shown. Ends with 0 if a crawl can begin, with 2 if something is wrong; with ' +
          '--online as a crawl would. The one request is a run of the database like any other.',
      ) as never,
  run: async (flags, context) => {
    const { output, version } = context
    const program = programFacts(version)
    const settings = settingFacts(process.cwd(), process.env)
    const database = databaseFacts(flags.db)
    const findings = [...program.findings, ...settings.findings, ...database.findings]
    const config = configFile(flags.config === undefined ? [] : ['--config', flags.config])
    show(output, flags.db, {
      config,
      program: program.facts,
      settings: settings.facts,
      database: database.facts,
    })
    for (const finding of findings) output.print(findingText(finding))
    const exit = exitOf(findings)
    if (exit === ExitCode.finished && findings.length === 0) output.print('\nNothing is wrong.')
    let online: OnlineFacts | null = null
    if (flags.online && exit === ExitCode.finished) {
      const { askOnce } = await import('../doctor/online.js')
      online = await askOnce(flags, context)
      output.print(`\n${online.message}`)
    }
    if (exit !== ExitCode.finished)
      output.failure(`A crawl cannot begin${flags.online ? ', and nothing was sent' : ''}: see above.`)
    output.json('doctor', {
      ...program.facts,
      config,
      settings: settings.facts,
      database: database.facts,
      findings,
      online,
    })
    return online?.exit_code ?? exit
  },
}

interface Facts {
  readonly config: string | null
  readonly program: ProgramFacts
  readonly settings: SettingFacts
  readonly database: DatabaseFacts | null
}

function show(output: Output, db: string, { config, program, settings, database }: Facts): void {
  output.table(
    [
      ['program', `sora-crawl ${program.version}`],
      ['Node.js', `${program.node}, ${program.system}`],
      ['SQLite', program.sqlite ?? 'cannot be loaded'],
      ['config file', config ?? 'none'],
      ['settings', settings.files.length === 0 ? 'no .env, no .env.local' : settings.files.join(', ')],
      ['key', settings.key === null ? 'none' : `${settings.key.setting}, from ${settings.key.from}`],
      ['address', addressText(settings)],
      ['prices', pricesText(settings)],
      ['database', databaseText(db, database)],
      ['disk', diskText(database)],
    ],
    { indent: '' },
  )
}

function addressText({ address, proxy }: SettingFacts): string {
  if (address === null) return 'none'
  const way = proxy === null ? '' : ` through ${proxy.url}, which ${proxy.setting} names`
  return `${address.url}${way}, from ${address.setting} of ${address.from}`
}

function pricesText({ prices_usd }: SettingFacts): string {
  const own = Object.keys(prices_usd).length
  return own === 0 ? 'those of the contract' : `of SORA_PRICES for ${own} of the routes`
}

function databaseText(db: string, facts: DatabaseFacts | null): string {
  if (facts === null) return `${db} cannot be used`
  if (!facts.exists) return `${db} is not there yet; a crawl makes it`
  const log = facts.log_bytes === 0 ? '' : `, and ${bytes(facts.log_bytes)} in its log`
  const lock = facts.is_locked === null ? '' : facts.is_locked ? ', in use' : ', not in use'
  return `${db}: ${facts.origin ?? 'no'} data, ${bytes(facts.bytes)}${log}${lock}`
}

function diskText(facts: DatabaseFacts | null): string {
  const free = facts?.free_bytes ?? null
  return free === null ? 'not known' : `${bytes(free)} free`
}

function findingText({ part, severity, message }: Finding): string {
  return `\n${severity === 'wrong' ? 'Wrong' : 'Note'}, ${part}: ${message}`
}
