import { figures, type FigureReader } from '../../db/index.js'
import { colour, draw } from '../charts/draw.js'
import { networkDrawing, type Network, type NetworkTie, type Node } from '../charts/network.js'
import { count, number } from '../format.js'
import { userName, userView } from '../people.js'
import type { FigureView, Section } from '../section.js'

/** Who follows whom, and who appears with whom. */
export function networkSection(reader: FigureReader): Section {
  return {
    id: 'networks',
    title: 'Networks',
    lead: 'Points are accounts, larger the more ties they have. An account whose lists were not read has only the ties that others’ lists show, so that a small point may be an unread one.',
    figures: [follows(reader), cameos(reader)],
  }
}

interface Tied {
  readonly from: Node
  readonly to: Node
  readonly weight: number
  readonly strong: boolean
}

/** One line between two accounts, however often and in whichever direction they are tied. */
function networkOf(tied: readonly Tied[]): Network {
  const nodes = new Map<string, Node>()
  const ties = new Map<string, NetworkTie>()
  for (const { from, to, weight, strong } of tied) {
    nodes.set(from.id, from).set(to.id, to)
    const [a, b] = from.id < to.id ? [from.id, to.id] : [to.id, from.id]
    ties.set(JSON.stringify([a, b]), { from: a, to: b, weight, strong })
  }
  const byDegree = (a: Node, b: Node): number => b.degree - a.degree || (a.id < b.id ? -1 : 1)
  return { nodes: [...nodes.values()].toSorted(byDegree), ties: [...ties.values()] }
}

function follows(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.followNetwork)
  const network = networkOf(
    rows.map((row) => ({
      from: { id: row.follower_id, name: userName(row.follower, row.follower_id), degree: row.follower_degree },
      to: { id: row.followed_id, name: userName(row.followed, row.followed_id), degree: row.followed_degree },
      weight: 1,
      strong: row.mutual === 1,
    })),
  )
  const mutual = network.ties.filter(({ strong }) => strong).length
  return {
    id: 'follow-network',
    title: 'Who follows whom',
    lead:
      rows.length === 0
        ? 'No account is known to follow another one.'
        : `${count(network.nodes.length, 'account')} and ${count(network.ties.length, 'pair')} of them of which one follows the other, ${number(mutual)} mutually (stronger lines).`,
    picture: rows.length === 0 ? null : draw(`Network of ${network.nodes.length} accounts and ${network.ties.length} ties`, networkDrawing(network, colour.series[0])),
    table: rows.length === 0 ? null : { header: ['follower', 'followed', 'mutual'], rows: rows.map((row) => [userView(row.follower, row.follower_id), userView(row.followed, row.followed_id), row.mutual === 1 ? 'yes' : 'no']) },
    sql: [figures.followNetwork],
    ...(rows.length === 0 ? {} : { note: `${chosen(200)}${rows.length === 900 ? ' Of the ties between them, 900 are drawn, mutual ones first.' : ''}` }),
  }
}

/** Who is in the picture. */
const chosen = (most: number): string => `Accounts are chosen by how many ties they have in all, ${most} at most; one that is tied to none of the others chosen is not drawn.`

function cameos(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.cameoNetwork)
  const network = networkOf(
    rows.map((row) => ({
      from: { id: row.user_id, name: userName(row.username, row.user_id), degree: row.user_degree },
      to: { id: row.with_user_id, name: userName(row.with_username, row.with_user_id), degree: row.with_degree },
      weight: row.posts,
      strong: row.posts > 1,
    })),
  )
  return {
    id: 'cameo-network',
    title: 'Who appears with whom',
    lead: rows.length === 0 ? 'No post is known in which two accounts appear together.' : `${count(network.nodes.length, 'account')} and ${count(network.ties.length, 'pair')} of them that appear in the same posts; the stronger a line, the more posts.`,
    picture: rows.length === 0 ? null : draw(`Network of ${network.nodes.length} accounts that appear in the same posts, ${network.ties.length} pairs`, networkDrawing(network, colour.series[1])),
    table: rows.length === 0 ? null : { header: ['account', 'with', 'posts'], rows: rows.map((row) => [userView(row.username, row.user_id), userView(row.with_username, row.with_user_id), row.posts]) },
    sql: [figures.cameoNetwork],
    ...(rows.length === 0 ? {} : { note: `${chosen(120)}${rows.length === 500 ? ' Of the pairs, the 500 with most posts are drawn.' : ''}` }),
  }
}
