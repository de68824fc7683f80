import { figures, type FigureReader } from '../../db/index.js'
import { colour, draw } from '../charts/draw.js'
import { networkDrawing, type Network, type NetworkTie, type Node } from '../charts/network.js'
import { count, number } from '../format.js'
import { html, type Content, type Html } from '../html.js'
import { userName, userView } from '../people.js'
import { legend, type FigureView, type Section } from '../section.js'

/** Who follows whom, and who appears with whom. */
export function networkSection(reader: FigureReader): Section {
  return {
    id: 'networks',
    title: 'Networks',
    lead:
      'Points are accounts, larger the more ties they have; the largest have their names where there is ' +
      'room. An account whose lists were not read ' +
      'has only the ties that others’ lists show, so that a small point may be an unread one.',
    figures: [follows(reader), cameos(reader)],
  }
}

type Tied = Omit<NetworkTie, 'from' | 'to'> & { readonly from: Node; readonly to: Node }

/** One line between two accounts, however often and in whichever direction they are tied. */
function networkOf(tied: readonly Tied[]): Network {
  const nodes = new Map<string, Node>()
  const ties = new Map<string, NetworkTie>()
  for (const { from, to, ...rest } of tied) {
    nodes.set(from.id, from).set(to.id, to)
    ties.set(JSON.stringify([from.id, to.id].toSorted()), { from: from.id, to: to.id, ...rest })
  }
  const byDegree = (a: Node, b: Node): number => b.degree - a.degree || (a.id < b.id ? -1 : 1)
  return { nodes: [...nodes.values()].toSorted(byDegree), ties: [...ties.values()] }
}

const READ = { name: 'followers and following read', colour: colour.read }
const UNREAD = { name: 'not read, or not to the end', colour: colour.unread }
const PEOPLE = { name: 'people', colour: colour.people }
const CHARACTERS = { name: 'characters', colour: colour.characters }

type Kind = Parameters<typeof legend>[0][number]

/** What the colours of the points mean, and how many points have each. */
function kindsOf({ nodes }: Network, kinds: readonly Kind[]): Html {
  return legend(
    kinds.map(({ name, colour: fill }) => ({
      name: `${name}: ${number(nodes.filter(node => node.colour === fill).length)}`,
      colour: fill,
    })),
  )
}

/** Accounts of people and of characters have ids of their own kinds. */
const kindOf = (id: string): string => (id.startsWith('ch_') ? CHARACTERS : PEOPLE).colour

function follows(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.followNetwork)
  const fill = (isRead: 0 | 1): string => (isRead === 1 ? READ : UNREAD).colour
  const network = networkOf(
    rows.map(row => ({
      from: {
        id: row.follower_id,
        name: userName(row.follower, row.follower_id),
        degree: row.follower_degree,
        colour: fill(row.follower_read),
      },
      to: {
        id: row.followed_id,
        name: userName(row.followed, row.followed_id),
        degree: row.followed_degree,
        colour: fill(row.followed_read),
      },
      weight: 1,
      strong: row.mutual === 1,
      directed: row.mutual === 0,
    })),
  )
  const mutual = network.ties.filter(({ strong }) => strong).length
  const label = `Network of ${network.nodes.length} accounts and ${network.ties.length} ties`
  return {
    id: 'follow-network',
    title: 'Who follows whom',
    lead:
      rows.length === 0
        ? 'No account is known to follow another one.'
        : 'An arrow leads from a follower to the one who is followed; the ' +
          `${count(mutual, 'dark line')} without arrows ${mutual === 1 ? 'is' : 'are'} mutual.`,
    picture:
      rows.length === 0
        ? null
        : html`${kindsOf(network, [READ, UNREAD])}${draw(label, networkDrawing(network))}`,
    table:
      rows.length === 0
        ? null
        : {
            header: ['follower', 'followed', 'mutual'],
            rows: rows.map(row => [
              userView(row.follower, row.follower_id),
              userView(row.followed, row.followed_id),
              row.mutual === 1 ? 'yes' : 'no',
            ]),
          },
    sql: [figures.followNetwork],
    ...(rows[0] === undefined ? {} : { note: followsLeftOut(rows[0], rows.length, network.nodes.length) }),
  }
}

function followsLeftOut(
  { accounts_in_all: accounts, ties_in_all: ties, ties_between_chosen: between }: figures.FollowRow,
  drawn: number,
  nodes: number,
): Content {
  if (nodes === accounts && drawn === between)
    return `All ${count(accounts, 'account')} and all follows between them are drawn.`
  const { accounts: most, tiesOfEach } = figures.FOLLOW_CORE
  const points =
    nodes === accounts
      ? `All ${count(accounts, 'account')} are drawn`
      : nodes === most
        ? `Drawn is the core: the ${most} with most ties of ${count(accounts, 'account')}`
        : `Drawn is the core: ${number(nodes)} of ${count(accounts, 'account')}, those of the ${most} ` +
          'with most ties that are tied to each other'
  const lines =
    drawn === between
      ? `all ${count(between, 'follow')} between them`
      : `${number(drawn)} of the ${count(between, 'follow')} between them: at most ${tiesOfEach} from ` +
        'each account, mutual ones first'
  return html`${points}, and ${lines}. The whole network has ${count(ties, 'follow')}; <code class="t">export --graph follow</code> writes all of it.`
}

function cameos(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.cameoNetwork)
  const network = networkOf(
    rows.map(row => ({
      from: {
        id: row.user_id,
        name: userName(row.username, row.user_id),
        degree: row.user_degree,
        colour: kindOf(row.user_id),
      },
      to: {
        id: row.with_user_id,
        name: userName(row.with_username, row.with_user_id),
        degree: row.with_degree,
        colour: kindOf(row.with_user_id),
      },
      weight: row.posts,
      strong: false,
      directed: false,
    })),
  )
  return {
    id: 'cameo-network',
    title: 'Who appears with whom',
    lead:
      rows.length === 0
        ? 'No post is known in which two accounts appear together.'
        : `${count(network.nodes.length, 'account')} and ${count(network.ties.length, 'pair')} of ` +
          'them that appear in the same posts; the stronger a line, the more posts.',
    picture:
      rows.length === 0
        ? null
        : html`${kindsOf(network, [PEOPLE, CHARACTERS])}${draw(
            `Network of ${network.nodes.length} accounts that appear in the same posts, ` +
              `${network.ties.length} pairs`,
            networkDrawing(network),
          )}`,
    table:
      rows.length === 0
        ? null
        : {
            header: ['account', 'with', 'posts'],
            rows: rows.map(row => [
              userView(row.username, row.user_id),
              userView(row.with_username, row.with_user_id),
              row.posts,
            ]),
          },
    sql: [figures.cameoNetwork],
    ...(rows[0] === undefined ? {} : { note: pairsLeftOut(rows[0], network) }),
  }
}

function pairsLeftOut(
  { accounts_in_all: accounts, pairs_in_all: pairs }: figures.CameoPairRow,
  { nodes, ties }: Network,
): string {
  if (nodes.length === accounts && ties.length === pairs)
    return `All ${count(accounts, 'account')} that appear with another one are drawn.`
  return (
    `Drawn is the core: ${number(nodes.length)} of ${count(accounts, 'account')} and ` +
    `${number(ties.length)} of ${count(pairs, 'pair')}; at most the ${figures.CAMEO_CORE.accounts} ` +
    `accounts that appear with most others, and the ${figures.CAMEO_CORE.pairs} pairs with most ` +
    'posts.'
  )
}
