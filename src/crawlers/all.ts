/* Written by the build: every crawler of this folder. */
import cameos from './cameos.js'
import comments from './comments.js'
import detail from './detail.js'
import feed from './feed.js'
import followers from './followers.js'
import following from './following.js'
import leaderboard from './leaderboard.js'
import posts from './posts.js'
import profile from './profile.js'
import remixes from './remixes.js'
import replies from './replies.js'
import search from './search.js'

export const definitions = {
  cameos,
  comments,
  detail,
  feed,
  followers,
  following,
  leaderboard,
  posts,
  profile,
  remixes,
  replies,
  search,
}
