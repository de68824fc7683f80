import { describe, expect, expectTypeOf } from 'vitest'
import type { GenerationRoute, ParamsOf, ReadRoute } from '../../src/api/index.js'
import type { CrawlerDefinition } from '../../src/crawl/index.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { ApiClient } from '../../src/api/index.js'
import { ask, json, KEY, PREFIX, test } from './support/gateway.js'

describe('the generation routes', () => {
  test('take their parameters by type', () => {
    expectTypeOf<GenerationRoute>().toEqualTypeOf<
      'create_video' | 'get_task_status' | 'get_task_detail' | 'upload_image'
    >()
    expectTypeOf<ParamsOf<'create_video'>>().toEqualTypeOf<{
      prompt: string
      orientation?: 'portrait' | 'landscape' | undefined
      media_id?: string | undefined
    }>()
    expectTypeOf<ParamsOf<'upload_image'>>().toEqualTypeOf<{ file: Blob }>()
    expectTypeOf<ParamsOf<'get_task_status'>>().toEqualTypeOf<{ task_id: string }>()
  })

  test('cannot be named by a crawler', () => {
    expectTypeOf<Extract<ReadRoute, GenerationRoute>>().toBeNever()
    // @ts-expect-error -- the routes that generate are not routes that collect
    expectTypeOf<CrawlerDefinition<'create_video'>>().toBeObject()
  })

  test('send create_video as JSON', async ({ serve }) => {
    const { gateway, ask: send } = await serve((_, response) =>
      json(response, { code: 200, data: { id: 'task_01k7e05chaem08va8sq5qy2een', priority: 1 } }),
    )
    const reply = await send('create_video', {
      prompt: 'A cat is playing Minecraft — 猫',
      orientation: 'portrait',
    })
    expect(reply).toMatchObject({
      kind: 'page',
      cost: 100_000,
      page: { items: [{ id: 'task_01k7e05chaem08va8sq5qy2een', priority: 1 }], next: null },
    })
    const [request] = gateway.arrived
    expect(request).toMatchObject({ method: 'POST', target: `${PREFIX}/create_video` })
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: `Bearer ${KEY}`,
    })
    expect(JSON.parse(request?.body.toString() ?? '')).toEqual({
      prompt: 'A cat is playing Minecraft — 猫',
      orientation: 'portrait',
    })
  })

  test('send upload_image as a form with the file, to the byte', async ({ serve }) => {
    const { gateway, ask: send } = await serve((_, response) =>
      json(response, { code: 200, data: { id: 'media_01k7', width: 460 } }),
    )
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x00, 0xff])
    const reply = await send('upload_image', { file: new File([bytes], 'kite.png', { type: 'image/png' }) })
    expect(reply).toMatchObject({ kind: 'page', cost: 1_000 })
    const [request] = gateway.arrived
    expect(request).toMatchObject({ method: 'POST', target: `${PREFIX}/upload_image` })
    const form = await new Response(request?.body, {
      headers: { 'content-type': String(request?.headers['content-type']) },
    }).formData()
    const file = form.get('file') as File
    expect({ name: file.name, type: file.type }).toEqual({ name: 'kite.png', type: 'image/png' })
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true)
  })

  test('ask for a task by query, free or at the price of a read', async ({ serve }) => {
    const { gateway, ask: send } = await serve((_, response) =>
      json(response, { code: 200, data: { id: 'task_01k7', status: 'processing' } }),
    )
    expect(await send('get_task_status', { task_id: 'task_01k7' })).toMatchObject({ kind: 'page', cost: 0 })
    expect(await send('get_task_detail', { generation_id: 'gen_01k7' })).toMatchObject({
      kind: 'page',
      cost: 50_000,
    })
    expect(gateway.arrived.map(({ method, target }) => `${method} ${target}`)).toEqual([
      `GET ${PREFIX}/get_task_status?task_id=task_01k7`,
      `GET ${PREFIX}/get_task_detail?generation_id=gen_01k7`,
    ])
  })

  test('are understood by the sandbox', async () => {
    const sandbox = await startSandbox()
    const client = new ApiClient({ url: sandbox.url, key: sandbox.key, rate: 1_000, concurrency: 2 })
    try {
      const made = await ask(client, 'create_video', { prompt: 'a kite' })
      const [task] = made.kind === 'page' ? (made.page.items as { id: string }[]) : []
      expect(await ask(client, 'get_task_status', { task_id: task?.id ?? '' })).toMatchObject({
        kind: 'page',
      })
      expect(await ask(client, 'get_task_detail', { task_id: task?.id ?? '' })).toMatchObject({
        kind: 'page',
      })
      const file = new File([Buffer.alloc(100)], 'kite.png', { type: 'image/png' })
      expect(await ask(client, 'upload_image', { file })).toMatchObject({
        kind: 'page',
        page: { items: [{ filename: 'kite.png' }] },
      })
    } finally {
      await client.close()
      await sandbox.stop()
    }
  })
})
