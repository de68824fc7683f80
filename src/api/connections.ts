import { Agent, FormData, Pool, ProxyAgent, type Dispatcher } from 'undici'
import type { Proxy } from '../proxy.js'

/**
 * The time that a connection may take to be made, its TLS handshake included; and that a proxy may take to
 * make it.
 */
const CONNECT_MS = 10_000

/**
 * A pool of connections to an API, straight or through a proxy. It sends what it is given once and follows no
 * redirect.
 */
export class Connections {
  readonly #agent: Dispatcher

  constructor({ connections, proxy }: { connections: number; proxy: Proxy | undefined }) {
    const options = { connections, pipelining: 1, connectTimeout: CONNECT_MS, keepAliveTimeout: 30_000 }
    this.#agent = proxy === undefined ? new Agent(options) : throughProxy(proxy, options)
  }

  /**
   * @param onSent called as the request is handed to a connection that stands; until then nothing of it has
   *   left this machine
   */
  request(options: Dispatcher.RequestOptions, onSent: () => void): Promise<Dispatcher.ResponseData> {
    return this.#agent.compose(noting(onSent)).request(options)
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }
}

/** A file as a form. */
export function formOf(file: Blob): FormData {
  const form = new FormData()
  form.set('file', file)
  return form
}

/** https goes through a tunnel; http is asked of the proxy, which few proxies tunnel. */
function throughProxy(proxy: Proxy, options: Pool.Options): ProxyAgent {
  const toProxy = (origin: URL, given: object): Pool =>
    new Pool(origin, { ...given, headersTimeout: CONNECT_MS })
  const toTarget = (origin: string | URL, given: object): Pool => new Pool(origin, { ...options, ...given })
  return new ProxyAgent({
    ...options,
    uri: proxy.url,
    proxyTunnel: false,
    clientFactory: toProxy,
    factory: toTarget,
  })
}

function noting(onSent: () => void): Dispatcher.DispatcherComposeInterceptor {
  return dispatch => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        handler.onRequestStart?.(controller, context)
        // One whose time was up while the connection was made is given up here.
        if (!controller.aborted) onSent()
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    })
}
