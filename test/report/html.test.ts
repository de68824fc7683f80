import { describe, expect, test } from 'vitest'

import { html, link, visible, written } from '../../src/report/html.js'

describe('markup', () => {
  test('escapes whatever is put into it, but for markup of its own making', () => {
    const evil = `<i a="b" c='d'>&amp;`
    expect(html`<p title="${evil}">${evil}${html`<b>${1}</b>`}${[null, undefined, 'x']}</p>`.text).toBe(
      '<p title="&lt;i a=&quot;b&quot; c=&#39;d&#39;&gt;&amp;amp;">&lt;i a=&quot;b&quot; ' +
        'c=&#39;d&#39;&gt;&amp;amp;<b>1</b>x</p>',
    )
  })

  test('takes out what nobody sees and what turns a text around', () => {
    expect(visible('a\u202Eb\u2066c\u0000d\u001B[31me\nf\uD800g')).toBe('abc d [31me\nf\uFFFDg')
    expect(written('\u202Eevil').text).toBe('<bdi>evil</bdi>')
  })

  test.for([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    ' https://x.example',
    'data:text/html,x',
    'https://',
    '//x.example',
    'file:///x',
    '',
  ])('does not link to %j', address => {
    expect(link(address, 'text').text).toBe('text')
  })

  test('links to pages, and tells them nothing', () => {
    expect(link('https://x.example/?a="b"&c', 'text').text).toBe(
      '<a href="https://x.example/?a=&quot;b&quot;&amp;c" rel="noreferrer noopener">text</a>',
    )
  })
})
