import { describe, expect, test } from 'vitest'

import { Terminal } from './terminal.js'

/** The screen after some output. */
function screen(output: string, columns = 20): string[] {
  const terminal = new Terminal(columns, 10)
  terminal.write(output)
  return terminal.lines
}

const UP = '\u001B[2A'

describe('the terminal of these tests', () => {
  test('writes lines below one another', () => {
    expect(screen('one\r\ntwo\r\n')).toEqual(['one', 'two'])
  })

  test('writes over what is there', () => {
    expect(screen('slow\rgo')).toEqual(['goow'])
  })

  test('goes up and erases as it is told', () => {
    expect(screen(`one\r\ntwo\r\n${UP}\u001B[2K\u001B[Guno`)).toEqual(['uno', 'two'])
    expect(screen(`one\r\ntwo\r\n${UP}\u001B[Gu\u001B[K`)).toEqual(['u', 'two'])
    expect(screen(`one\r\ntwo\r\n${UP}\u001B[J`)).toEqual([''])
    expect(screen(`one\r\ntwo${UP}\u001B[B!`)).toEqual(['one', 'two!'])
  })

  test('wraps what is too long, and remembers it', () => {
    const terminal = new Terminal(5, 10)
    terminal.write('12345\r\n123456')
    expect(terminal.lines).toEqual(['12345', '12345', '6'])
    expect(terminal.wrapped).toEqual(['12345'])
  })

  test('remembers how each cell was coloured', () => {
    const terminal = new Terminal(10, 10)
    terminal.write('a\u001B[32mb\u001B[0mc\r\u001B[2K\u001B[31md\u001B[0m\u001B[3Ge')
    expect(terminal.styled).toEqual([
      [
        { character: 'd', style: '31' },
        { character: ' ', style: '' },
        { character: 'e', style: '' },
      ],
    ])
  })

  test('gives wide characters two columns and joined ones one place', () => {
    expect(screen('東京x', 5)).toEqual(['東京x'])
    expect(screen('東京都', 5)).toEqual(['東京', '都'])
    expect(screen('👩‍👩‍👧x', 3)).toEqual(['👩‍👩‍👧x'])
  })

  test('keeps a picture of each redrawing', () => {
    const terminal = new Terminal(20, 10)
    terminal.write('\u001B[?2026hone\u001B[?2026l\u001B[?2026h\rtwo\u001B[?2026l')
    expect(terminal.frames).toEqual(['one', 'two'])
  })

  test('knows whether the cursor shows', () => {
    const terminal = new Terminal(20, 10)
    terminal.write('\u001B[?25l')
    expect(terminal.cursorShown).toBe(false)
    terminal.write('\u001B[?25h')
    expect(terminal.cursorShown).toBe(true)
  })

  test.for(['\u001B[3J', '\u001B[5i', '\u0007', '\u001Bc', '\u001B[?1049h'])(
    'does not pretend to understand %j',
    output => {
      expect(() => screen(output)).toThrow('does not know')
    },
  )

  test('does not scroll', () => {
    expect(() => screen('\n'.repeat(10))).toThrow('scroll')
  })
})
