import { Dice } from '../world/chance.js'
import { attachment, hashOf, ulid } from './media.js'
import type { Payload } from './payload.js'
import type { Studio } from './studio.js'
import { post } from './post.js'

/** What the generation routes answer: a rehearsal, in which every task has already succeeded. */
export const generation = {
  created({ world }: Studio, prompt: string): Payload {
    return { id: `task_${ulid(world.seed, hashOf(prompt))}`, priority: 1 }
  },

  status({ signer }: Studio, task: string): Payload {
    const video = attachment(signer, task, 0, false)
    return {
      id: task,
      status: 'succeeded',
      prompt: 'A cat is playing Minecraft',
      title: null,
      progress_pct: 1,
      generations: [
        {
          id: video.generation_id,
          kind: 'sora_draft',
          url: video.url,
          downloadable_url: video.downloadable_url,
          width: video.width,
          height: video.height,
          created_at: 1_775_001_600.25,
          prompt: 'A cat is playing Minecraft',
          encodings: video.encodings,
        },
      ],
    }
  },

  /** A draft: not public yet, and without its author, as in the contract's only full sample. */
  detail(studio: Studio, source: string): Payload {
    const index = new Dice(studio.world.seed, hashOf(source)).below(studio.world.posts.count)
    const { shared_by: _author, ...draft } = post(studio, index, 'listed')
    return { post: { ...draft, posted_to_public: false } }
  },

  uploaded({ world, signer }: Studio, fileName: string, bytes: number): Payload {
    const id = `media_${ulid(world.seed, hashOf(fileName), bytes)}`
    return {
      id,
      type: 'image',
      created_at: new Date().toISOString(),
      filename: fileName,
      extension: fileName.split('.').at(-1) ?? '',
      mime_type: fileName.toLowerCase().endsWith('.png') ? 'image/png' : 'image/jpeg',
      url: signer.sign(`assets/client_upload/${id}`),
      width: 460,
      height: 460,
      duration_sec: null,
      n_frames: 1,
      size_bytes: bytes,
      thumbnail_url: signer.sign(`assets/client_upload/${id}_thumb`),
    }
  },
}
