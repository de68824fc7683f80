import { Cameos } from './cameos.js'
import { mix } from './chance.js'
import { Comments } from './comments.js'
import { Graph } from './graph.js'
import { Ids } from './ids.js'
import { People } from './people.js'
import { Posts } from './posts.js'
import { Remixes } from './remixes.js'

/**
 * A whole platform as a pure function of a seed and a number of users. Nothing is built in advance: every
 * person, post and relation is computed when it is asked for, so a world of a million users costs what one of
 * fifty does.
 */
export class World {
  readonly ids: Ids
  readonly people: People
  readonly posts: Posts
  readonly remixes: Remixes
  readonly cameos: Cameos
  readonly comments: Comments
  readonly graph: Graph

  constructor(
    readonly seed: number,
    readonly users: number,
  ) {
    this.ids = new Ids(seed)
    this.people = new People(mix(seed, 1), users, this.ids)
    this.posts = new Posts(mix(seed, 2), this.people)
    this.remixes = new Remixes(mix(seed, 3), this.posts.count)
    this.cameos = new Cameos(mix(seed, 4), users, this.posts)
    this.comments = new Comments(mix(seed, 5), this.people, this.posts)
    this.graph = new Graph(mix(seed, 6), users)
  }
}

export type { Comment, Place } from './comments.js'
export type { Listing } from './listing.js'
export { countUp } from './listing.js'
export type { Person } from './people.js'
export type { Post } from './posts.js'
