import type { ErrorCode } from '../errors.js'
import { errorWords } from './failures.js'
import { isObject } from './payloads.js'

/*
 * Whom a 403 means. Marking accounts as private because a key has run out of quota would spoil a study, and
 * stopping at a private account would end every run: so a message counts only for what it says beyond doubt,
 * clause by clause.
 */

/** Money that has run out, whatever else the message says. */
const SPENT: readonly RegExp[] = [
  /\b(insufficient|not enough|no more|exceed\w*|exhaust\w*|used up|ran out|run out|out of|depleted|reached|low|empty|negative)\b.{0,40}\b(balance|credits?|quota|funds|(daily|monthly) (\w+ )?(limit|cap))\b/i,
  /\b(balance|credits?|quota|funds|(daily|monthly) (\w+ )?(limit|cap))\b.{0,40}\b(insufficient|not enough|exceed\w*|exhaust\w*|used up|ran out|run out|deplet\w*|reached|too low|is empty|is 0|is zero|negative)/i,
  /\btop(ping)?[ -]?up\b|\brecharge\b|(余额|额度|配额|积分|点数|次数).{0,12}(不足|不够|用完|用尽|耗尽|为零|为0|超|达到|上限)|欠费|请充值|先充值/i,
]
const MONEY = /balance|funds|credit|top(ping)?[ -]?up|recharge|余额|积分|点数|欠费|充值/i
/** That nothing was charged, which gateways add to any error. */
const FREE =
  /\b(no|not|won.t|without)\b.{0,30}\b(charg|deduct|consum|bill)|(不|未|没有).{0,4}(扣费|计费|扣除|消耗)/i

/** The key, its rights and limits, the account that pays, and where requests come from. */
const OURS: readonly RegExp[] = [
  /\b(api|access|secret|auth)[ _-]?(key|token)|\bkeys?\b|\btokens?\b|\bscopes?\b|credential|subscription|\b(your|current|free|paid|basic|pro) (plan|tier)\b|upgrade|billing|payment|unpaid|overdue/i,
  /\b(balance|credits?|quota)\b|rate[ -]?limit|too many|throttl|limits? (has been |have been |is |was )?(exceeded|reached|hit)|(exceed|reach|over)\w*.{0,30}\blimits?\b|\b(daily|monthly|usage|request|call) limits?\b/i,
  /\byour (account|e-?mail|ip|organi[sz]ation|country|region)\b|\bip( address)? (is |has been |was )?(blocked|banned|not allowed|denied)|whitelist|allow[ -]?list|e-?mail.{0,20}(verif|confirm)|unverified/i,
  /^(the |api )?account (is |has been |was )?(temporarily |permanently )?(disabled|suspended|deactivated|locked|frozen|blocked|banned|terminated|restricted)/i,
  /密钥|秘钥|私钥|令牌|余额|额度|配额|欠费|充值|套餐|限流|频率|频繁|超限|上限|白名单|邮箱.{0,6}验证|接口.{0,6}权限|权限.{0,6}(接口|路由)|(您|你)的(账号|账户|帐号|帐户|IP)|^(账号|账户|帐号|帐户)(已)?(被)?(禁用|封禁|冻结|停用)/i,
]

/** Things that are private or protected, and nobody's account. */
const NO_ACCOUNT =
  /(private|protected|not public|non-?public)[ _-]*(api|beta|preview|alpha|key|token|endpoint|routes?|resource|network|ip|access|plan|cloud|mode|area)\b|protected by\b|(api|endpoint|route|resource|beta|preview) (is |are )?(currently |still )?(private|protected|not public|non-?public)|(非公开|未公开|私有|私密)(的)?(接口|API|测试|路由|密钥)|(接口|API|路由)(是|为|尚)?(非公开|未公开|私有|私密)|私钥/gi

const PRIVATE =
  /\bprivate\b|\bprotected\b|not public|non-?public|isn.t public|privacy setting|followers[ -]only|only .{0,30}followers? can|私密|私人|隐私|非公开|未公开|不公开|仅.{0,6}(粉丝|好友|关注).{0,6}(可见|可看|查看)/i

/** A sentence with an account as its subject. */
const IS_PRIVATE =
  /\b(account|profile|user|creator|author|page|content|posts?|videos?|followers|channel|list)('s \w+)?( you (are|requested)[\w ]*)? (is|are|was|were|has been|have been)( \w+){0,3} (private|protected|not public|non-?public)|\b(isn.t|aren.t)( \w+){0,2} public|\b(view|see|access|read) (this|that|the requested) (private|protected) (account|profile|user)|made (it|their|this|his|her)\w*( \w+)? private|(账号|账户|帐号|帐户|用户|主页|作品|内容)(已|已经|被)?(是|为|设为|设置为|设置了|设置成)?(私密|私人|隐私|非公开|不公开)/i

/** A sentence ends here; so does a clause. */
const CLAUSES = /[.;!?。；！？，,\n]+|\s[–—-]\s/

/**
 * What a 403 means by its body: `private` (of the account asked for), `quota-spent` or `balance-empty`,
 * `key-forbidden` (the key, its limits, or the account that pays), `blocked` (it is no answer of the
 * gateway), or `forbidden` where it does not say.
 */
export function forbiddenBy(text: string): ErrorCode {
  const body = parsed(text)
  if (!isGateways(body)) return 'blocked'
  const words = errorWords(body).slice(0, 2_000).replaceAll('_', ' ').replaceAll(NO_ACCOUNT, 'key')
  if (SPENT.some(pattern => pattern.test(words))) return MONEY.test(words) ? 'balance-empty' : 'quota-spent'
  const clauses = words
    .split(CLAUSES)
    .map(clause => clause.trim())
    .filter(clause => !FREE.test(clause))
  const isOurs = (clause: string): boolean => OURS.some(pattern => pattern.test(clause))
  if (clauses.some(clause => IS_PRIVATE.test(clause) || (PRIVATE.test(clause) && !isOurs(clause))))
    return 'private'
  return clauses.some(isOurs) ? 'key-forbidden' : 'forbidden'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An object; those of content delivery networks give themselves away. */
function isGateways(body: unknown): boolean {
  return (
    isObject(body) && !['cloudflare_error', 'ray_id', 'cf_ray', 'error_category'].some(name => name in body)
  )
}
