import { describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config.js'
import { AppError } from '../../src/errors.js'
import { proxyFor } from '../../src/proxy.js'

const name = (target: string, environment: Environment): string | undefined =>
  proxyFor(new URL(target), environment)?.name

describe('the proxy for an address', () => {
  test.for<[string, Environment, string | undefined]>([
    ['https://api.example', {}, undefined],
    ['https://api.example', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['http://api.example', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['http://api.example', { HTTP_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://api.example', { HTTP_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://api.example', { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'https://q:2' }, 'https://q:2'],
    ['http://api.example', { HTTP_PROXY: 'http://p:1', http_proxy: 'http://q:2' }, 'http://q:2'],
    ['https://api.example', { HTTPS_PROXY: 'p.example:3128' }, 'http://p.example:3128'],
    ['https://api.example', { HTTPS_PROXY: 'http://me:secret@p:1/' }, 'http://p:1'],
    ['https://api.example', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, undefined],
    ['https://api.example', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'other, API.example' }, undefined],
    ['https://eu.api.example', { HTTPS_PROXY: 'http://p:1', no_proxy: '.api.example' }, undefined],
    ['https://eu.api.example', { HTTPS_PROXY: 'http://p:1', no_proxy: '*.api.example' }, undefined],
    ['https://notapi.example', { HTTPS_PROXY: 'http://p:1', no_proxy: 'api.example' }, 'http://p:1'],
    ['https://api.example', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'api.example:8443' }, 'http://p:1'],
    ['https://api.example', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'api.example:443' }, undefined],
    ['http://127.0.0.1:8080', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['http://localhost:8080', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['http://[::1]:8080', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['http://127.0.0.1:8080', { HTTP_PROXY: 'http://localhost:3128' }, 'http://localhost:3128'],
    ['http://[::1]:8080', { HTTP_PROXY: 'http://localhost:3128', NO_PROXY: '[::1]' }, undefined],
  ])('%s with %j is %s', ([target, environment, expected]) => {
    expect(name(target, environment)).toBe(expected)
  })

  test.for(['socks5://p:1', 'not a proxy', 'http://', 'http://me:s%ecret@p:1', 'ftp://me:s%ecret@p'])(
    '%j is no proxy, and is not repeated',
    text => {
      const find = (): unknown => proxyFor(new URL('https://api.example'), { HTTPS_PROXY: text })
      expect(find).toThrow(AppError)
      expect(find).toThrow(/^HTTPS_PROXY is not the address of an http\(s\) proxy(?!.*ecret)/)
    },
  )
})
