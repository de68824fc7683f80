import { describe, expect, it } from 'vitest'
import { forbiddenBy } from '../../src/api/forbidden.js'

const says = (message: string, more: object = {}): string =>
  forbiddenBy(JSON.stringify({ detail: { code: 403, message, ...more } }))

describe('a 403 is the account’s where it says so', () => {
  it.each([
    'This account is private.',
    'Account is private',
    'The account you requested is private.',
    'This profile has been set to private by its owner',
    "User's posts are protected",
    'This profile is not public',
    'private account',
    'Only followers can see this account',
    'account_private',
    'This account is private. This request will not be charged.',
    'This user is private; your balance was not charged',
    'You are not allowed to view this private profile',
    '该账号为私密账号，无权限查看',
    '该用户为私密账号，您的密钥无法访问',
    '对方账号已设为私密',
    '用户设置了隐私，仅粉丝可见。本次请求不会被扣费。',
    '账号非公开',
  ])('%s', message => {
    expect(says(message)).toBe('private')
  })

  it('in the second language alone', () => {
    expect(says('Forbidden', { message_zh: '该账号为私密账号' })).toBe('private')
  })
})

describe('a 403 is the key’s, whatever else it mentions', () => {
  it.each([
    ['Daily quota exceeded for this key', 'quota-spent'],
    ['You have exceeded your monthly request limit', 'quota-spent'],
    ['今日额度已用完', 'quota-spent'],
    ['调用次数已达到上限', 'quota-spent'],
    ['Insufficient balance, please top up', 'balance-empty'],
    ['Insufficient balance to access private account data', 'balance-empty'],
    ['You are out of credits', 'balance-empty'],
    ['余额不足，请充值', 'balance-empty'],
    ['无法访问私密账号数据，余额不足', 'balance-empty'],
    ['account disabled', 'key-forbidden'],
    ['Account has been suspended', 'key-forbidden'],
    ['Your account has been disabled', 'key-forbidden'],
    ['Your key lacks the scope of this endpoint.', 'key-forbidden'],
    ['Invalid private key', 'key-forbidden'],
    ['Your private API key has expired', 'key-forbidden'],
    ['This endpoint is private', 'key-forbidden'],
    ['This route is in private beta', 'key-forbidden'],
    ['This page is protected by a firewall', 'key-forbidden'],
    ['Access to private accounts requires a paid plan', 'key-forbidden'],
    ['Your API key cannot read private accounts', 'key-forbidden'],
    ['Rate limit exceeded', 'key-forbidden'],
    ['Please verify your e-mail: email not verified', 'key-forbidden'],
    ['密钥没有该接口的权限', 'key-forbidden'],
    ['该接口为非公开接口', 'key-forbidden'],
    ['您的账号已被禁用', 'key-forbidden'],
    ['请求过于频繁', 'key-forbidden'],
  ])('%s', (message, code) => {
    expect(says(message)).toBe(code)
  })
})

describe('a 403 that does not say whom it means is in doubt', () => {
  it.each([
    'Forbidden',
    '',
    'Access denied',
    'Follow this account to see its daily posts',
    'The account you requested has been suspended',
    'Forbidden. No credits were deducted.',
    '无权访问',
    'monkey',
  ])('%s', message => {
    expect(says(message)).toBe('forbidden')
  })

  it('also as an empty object', () => {
    expect(forbiddenBy('{}')).toBe('forbidden')
  })
})

it.each([
  'error code: 1020',
  '',
  '<!doctype html><html></html>',
  '"no"',
  '[]',
  '{"title":"Error 1020","cloudflare_error":true,"ray_id":"8f","detail":"private"}',
])('a body that is no answer of a gateway is none: %j', body => {
  expect(forbiddenBy(body)).toBe('blocked')
})

it('is read in time that grows with its size', () => {
  for (const part of ['account is ', 'private ', 'a', 'exceeded ', '余额', 'only followers '])
    expect(says(part.repeat(500_000))).toBeDefined()
})
