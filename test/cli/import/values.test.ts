import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inUtf8 } from '../../../src/cli/import/encoding.js'
import { Elements } from '../../../src/cli/import/elements.js'
import type { Found } from '../../../src/cli/import/found.js'
import { valuesIn } from '../../../src/cli/import/values.js'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function found(text: string | Buffer, size = 7, isLines = false): Promise<Found[]> {
  const all: Found[] = []
  for await (const one of valuesIn(inUtf8(inPieces(Buffer.from(text as string), size)), isLines))
    all.push(one)
  return all
}

const texts = (all: readonly Found[]): unknown[] =>
  all.map(one => ('text' in one ? JSON.parse(one.text) : one))

describe('the values in a file', () => {
  it('are the elements of lists and of lists of lists, whatever they are and wherever the pieces end', async () => {
    const strings = fc.string({ unit: 'binary', maxLength: 12 }).map(text => text.toWellFormed())
    const value = fc.letrec(tie => ({
      leaf: fc.oneof(
        strings,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
      ),
      any: fc.oneof(
        { maxDepth: 4 },
        tie('leaf'),
        fc.dictionary(strings, tie('any'), { maxKeys: 3 }),
        fc.array(tie('any'), { maxLength: 3 }),
      ),
    })).any
    const flat = (list: unknown): unknown[] => (Array.isArray(list) ? list.flatMap(flat) : [list])
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 2),
        async (list, size, indent) => {
          const expected = flat(JSON.parse(JSON.stringify(list)))
          expect(texts(await found(JSON.stringify(list, null, indent), size))).toEqual(expected)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('are named by line and place, and a fault costs what it stands in', async () => {
    const text =
      '[\n{"a": 1},\n{"a": NaN, "b": [1]},\n nothing,\n{"a": "line\nend"},\n{"a": tru},\n  {"a": "x\\q"}, {"a": 2} {"a": 3}\n]'
    for (const size of [1, 3, 1000]) {
      const all = await found(text, size)
      expect(all.map(({ line, value }) => [line, value])).toEqual([
        [2, 1],
        [3, 2],
        [4, 3],
        [5, 4],
        [7, 5],
        [8, 6],
        [8, 7],
        [8, 8],
      ])
      const read = all.map(one => {
        try {
          return 'text' in one ? (JSON.parse(one.text) as unknown) : one
        } catch {
          return 'no JSON'
        }
      })
      expect(read).toEqual([
        { a: 1 },
        'no JSON',
        'no JSON',
        'no JSON',
        'no JSON',
        'no JSON',
        { a: 2 },
        { a: 3 },
      ])
    }
  })

  it('are whole objects one after the other, lines, or the entries of manifests and archives', async () => {
    expect(await found('{"route":1}\n\n{"route":\n2}\n')).toEqual([
      { line: 1, text: '{"route":1}' },
      { line: 3, text: '{"route":' },
      { line: 4, text: '2}' },
    ])
    expect(texts(await found('{\n"route":1}{"route":2} [{"route":3}], {"route":4}'))).toEqual([
      { route: 1 },
      { route: 2 },
      { route: 3 },
      { route: 4 },
    ])
    const manifest = {
      exported_at: 'then',
      remix_chains: [{ n: 1 }],
      other: [{ n: 0 }, { n: 0 }],
      total: 2,
      items: [{ items: [{ n: 2 }] }, { n: 3 }],
    }
    for (const text of [
      JSON.stringify(manifest),
      JSON.stringify([manifest, manifest], null, 2),
      `${JSON.stringify(manifest)}\n{"route":1}`,
    ]) {
      const all = await found(text)
      const entries = all.flatMap(one =>
        'text' in one ? [[JSON.parse(one.text), one.list, one.exportedAt]] : [],
      )
      expect(entries.slice(0, 3)).toEqual([
        [{ n: 1 }, 'remix_chains', 'then'],
        [{ items: [{ n: 2 }] }, 'items', 'then'],
        [{ n: 3 }, 'items', 'then'],
      ])
      expect(all.find(one => 'leftOut' in one)).toMatchObject({
        leftOut: 'an entry of another list in a file of answers',
        count: 2,
      })
    }
    expect(
      await found(JSON.stringify({ log: { version: '1.2', pages: [{}], entries: [{ n: 1 }, { n: 2 }] } })),
    ).toMatchObject([
      { text: '{"n":1}', list: 'log.entries' },
      { text: '{"n":2}', list: 'log.entries' },
    ])
    // An answer is one whatever it holds.
    expect(texts(await found('{\n"router": "get_feed", "items": [{}], "log": {"entries": [1]}}'))).toEqual([
      { router: 'get_feed', items: [{}], log: { entries: [1] } },
    ])
  })

  it('are read from UTF-8 and UTF-16, with and without a mark, and from bytes that are no text', async () => {
    const text = '[{"a": "é😀\u4e2d"}, {"b": 1}]'
    const le = Buffer.from(text, 'utf16le')
    const be = Buffer.from(le).swap16()
    const forms = [
      Buffer.from(text),
      Buffer.from(`\uFEFF${text}`),
      le,
      be,
      Buffer.concat([Buffer.from([0xff, 0xfe]), le]),
      Buffer.concat([Buffer.from([0xfe, 0xff]), be]),
    ]
    for (const form of forms)
      for (const size of [1, 2, 5, 100]) expect(texts(await found(form, size))).toEqual(JSON.parse(text))
    const broken = Buffer.concat([
      Buffer.from('[{"a": "'),
      Buffer.from([0xe4, 0xb8, 0xff, 0xc3]),
      Buffer.from('"}, {"b": 1}]'),
    ])
    for (const size of [1, 4, 100]) expect(texts(await found(broken, size)).at(-1)).toEqual({ b: 1 })
  })

  it('are missing where a file is cut off, holds none, or is no JSON', async () => {
    expect(await found('[{"a": 1}, {"b"')).toMatchObject([
      { text: '{"a": 1}' },
      { line: 1, problem: 'it is cut off, or not JSON' },
    ])
    expect(await found('[{"a": 1},')).toMatchObject([
      { text: '{"a": 1}' },
      { problem: 'it is cut off, or not JSON' },
    ])
    expect(await found('')).toEqual([])
    expect(await found('[]')).toEqual([])
    expect(await found('no JSON\nat all')).toHaveLength(1)
    const noise = await found(Buffer.alloc(300_000, 'x,'), 65_536)
    expect(noise.at(-1)).toMatchObject({
      problem: 'so much of the file is not JSON that the rest of it is not read',
    })
  })

  it('name what is too long, and go on behind it', async () => {
    const elements = new Elements()
    const piece = Buffer.alloc(1024 * 1024, `${'a long text '.repeat(85)}\\"\\\\`)
    const all: Found[] = [...elements.push(Buffer.from('[\n{"a": 1},\n {"b": "'))]
    for (let n = 0; n < 80; n += 1) all.push(...elements.push(piece))
    all.push(...elements.push(Buffer.from('", "more": [1]},\n{"c": 2}]')), ...elements.end())
    expect(all).toMatchObject([
      { line: 2, value: 1 },
      { line: 3, value: 2, problem: 'it is too long to be an answer' },
      { line: 4, value: 3, text: '{"c": 2}' },
    ])
  })
})
