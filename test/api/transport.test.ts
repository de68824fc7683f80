import { expect } from 'vitest'
import { MAX_BODY_BYTES } from '../../src/api/body.js'
import { Transport } from '../../src/api/transport.js'
import { KEY, test } from './support/gateway.js'

test('headers are free of the key: a redirect may name a target that has it', async ({ serve }) => {
  const { gateway } = await serve((_, response) =>
    response
      .writeHead(302, { location: `https://other.example/?key=${KEY}`, 'set-cookie': [`a=${KEY}`, 'b=1'] })
      .end(),
  )
  const transport = new Transport({
    key: KEY,
    connections: 1,
    timeoutMs: 5_000,
    maxBodyBytes: MAX_BODY_BYTES,
  })
  try {
    const exchange = await transport.send({ method: 'GET', url: new URL(gateway.origin) })
    expect(exchange).toMatchObject({
      kind: 'answered',
      answer: {
        status: 302,
        headers: { location: 'https://other.example/?key=[key]', 'set-cookie': ['a=[key]', 'b=1'] },
      },
    })
    expect(JSON.stringify(exchange)).not.toContain(KEY)
  } finally {
    await transport.close()
  }
})
