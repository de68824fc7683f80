import { Dice } from '../world/chance.js'
import type { Payload } from './payload.js'

const LIFETIME_MS = 6 * 86_400_000
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz'

/** Signs media URLs the way the platform does: for some days, and never twice with the same signature. */
export class Signer {
  #signed = 0

  constructor(readonly key: number) {}

  sign(path: string): string {
    this.#signed += 1
    const signature = `${new Dice(this.key, this.#signed).word(BASE64, 43)}=`
    const query = new URLSearchParams({
      st: stamp(0),
      se: stamp(LIFETIME_MS),
      sp: 'r',
      sv: '2025-01-05',
      sr: 'b',
      sig: signature,
    })
    return `https://videos.openai.com/vg-assets/${encodeURIComponent(path)}?${query.toString()}`
  }
}

/** The tail of a generation's, a task's or an upload's id. */
export function ulid(key: number, ...parts: number[]): string {
  return `01k${new Dice(key, ...parts).word(BASE32, 23)}`
}

function stamp(fromNow: number): string {
  return `${new Date(Date.now() + fromNow).toISOString().slice(0, 19)}Z`
}

/** One video of a post: `early` ones lack what the schema grew later. */
export function attachment(signer: Signer, owner: string, position: number, early: boolean): Payload {
  const key = hashOf(owner)
  const dice = new Dice(key, position)
  const frames = 30 * dice.pick([4, 8, 10, 15])
  const [width, height] = dice.pick<readonly [number, number]>([
    [352, 640],
    [640, 352],
    [480, 480],
  ])
  const asset = `assets/task_${ulid(key, position, 1)}/task_${ulid(key, position, 1)}_genid_${ulid(key, position)}`
  const video = (name: string): Payload => ({
    path: signer.sign(`${asset}/${name}`),
    ...(early ? {} : { size: 10_000 + dice.below(9_000_000) }),
  })
  return {
    id: `${owner}-attachment-${position}`,
    tags: ['sora'],
    kind: 'sora',
    generation_id: `gen_${ulid(key, position)}`,
    generation_type: early ? null : 'video_gen',
    url: signer.sign(`${asset}/md.mp4`),
    downloadable_url: signer.sign(`${asset}/raw.mp4`),
    width,
    height,
    ...(early
      ? {}
      : {
          duration_s: frames / 30,
          n_frames: frames,
          has_captions: false,
          can_create_character: dice.oneIn(3),
        }),
    prompt: null,
    task_id: early ? null : `task_${ulid(key, position, 1)}`,
    output_blocked: false,
    title: null,
    source: null,
    encodings: {
      source: video('raw.mp4'),
      source_wm: video('wm.mp4'),
      thumbnail: video('thumb.webp'),
      unfurl: null,
      md: video('md.mp4'),
      ld: early ? null : video('ld.mp4'),
      gif: video('preview.gif'),
    },
    asset_pointer: null,
    conversation_id: null,
  }
}

/** An integer from an id, to key what hangs on it. */
export function hashOf(id: string): number {
  let hash = 0
  for (let n = 0; n < id.length; n += 1) hash = (Math.imul(hash, 31) + id.charCodeAt(n)) | 0
  return hash
}
