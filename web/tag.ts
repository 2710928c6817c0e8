/**
 * The script of ad tags, served as /v1/tag.js. It has three ways to work:
 *
 * `<script async src=".../v1/tag.js" data-polyad="TOKEN" data-click="..." data-depth="0">` shows an ad behind itself.
 * In /v1/tag.html it shows the ad of the address's fragment: `#tag=TOKEN&cb=...&depth=1&click=...`.
 * With `data-viewable="URL" data-share="0.5"` it only measures what stands before it in its parent.
 *
 * It touches nothing of the page but the element it makes, reads no cookie and no address of the page, and asks nobody
 * but the server it came from. It stands alone: a page of others has no modules of ours.
 */
;(() => {
  /** What /v1/tags/TOKEN answers. */
  interface Ad {
    readonly widthPx: number
    readonly heightPx: number
    /** null: the house ad, which is a picture alone. */
    readonly html: string | null
    readonly image: string
    readonly click: string | null
    /** null: nothing was decided, so nothing is counted. */
    readonly impression: string | null
    readonly viewable: string | null
    readonly viewableShare: number
    readonly viewableMs: number
  }

  /** What a tag was written with. */
  interface Settings {
    readonly tag: string
    readonly cacheBuster: string
    readonly click: string
    /** How often `click` is percent-encoded. */
    readonly depth: number
  }

  /** What the standard gives an ad in a SafeFrame (IAB SafeFrame 1.1, external party). */
  interface SafeFrame {
    register?(widthPx: number, heightPx: number, onStatus?: (status: string) => void): void
    /** 0 to 100. */
    inViewPercentage?(): number
  }

  const SAFE_FRAME_LOOKS_MS = 100
  /** MRC, display: what a measure-only tag needs; others are told by the server. */
  const VIEWABLE_MS = 1000

  const script = document.currentScript as HTMLScriptElement | null
  if (!script) return
  const base = script.src.replace(/\/v1\/tag\.js([?#].*)?$/, '')

  const measured = script.dataset['viewable']
  if (measured !== undefined) {
    const ad = script.previousElementSibling
    const share = Number(script.dataset['share'])
    if (ad instanceof HTMLElement && share > 0) whenShown(ad, () => watch(ad, share, VIEWABLE_MS, measured))
    return
  }
  const settings = script.hasAttribute('data-frame') ? settingsOfAddress() : settingsOf(script)
  if (settings.tag !== '') void show(script, settings)

  async function show(after: HTMLElement, { tag, cacheBuster, click, depth }: Settings): Promise<void> {
    const buster = cacheBuster === '' ? '' : `?cb=${encodeURIComponent(cacheBuster)}`
    const response = await fetch(`${base}/v1/tags/${tag}${buster}`, {
      credentials: 'omit',
      cache: 'no-store',
    })
    // Nothing to show: the place stays as it is.
    if (!response.ok) return
    const ad = (await response.json()) as Ad
    const slot = slotFor(ad, outerClick(click, depth))
    after.after(slot)
    safeFrame()?.register?.(ad.widthPx, ad.heightPx)
    const { impression, viewable } = ad
    if (ad.html === null && impression !== null) fire(impression)
    if (viewable !== null) whenShown(slot, () => watch(slot, ad.viewableShare, ad.viewableMs, viewable))
  }

  function slotFor(ad: Ad, outer: string): HTMLElement {
    const slot = document.createElement('div')
    slot.style.cssText = `position:relative;overflow:hidden;width:${ad.widthPx}px;height:${ad.heightPx}px`
    slot.append(ad.html === null ? picture(ad) : frame(ad, ad.html))
    if (outer !== '' && ad.click !== null) slot.append(cover(outer + encodeURIComponent(ad.click)))
    return slot
  }

  function frame(ad: Ad, address: string): HTMLIFrameElement {
    const element = document.createElement('iframe')
    element.width = String(ad.widthPx)
    element.height = String(ad.heightPx)
    element.title = 'Advertisement'
    element.style.cssText = 'border:0;display:block'
    element.setAttribute('scrolling', 'no')
    element.setAttribute('sandbox', 'allow-popups allow-popups-to-escape-sandbox')
    element.src = address
    return element
  }

  function picture(ad: Ad): HTMLImageElement {
    const element = document.createElement('img')
    element.width = ad.widthPx
    element.height = ad.heightPx
    element.alt = ''
    element.src = ad.image
    return element
  }

  /** A link over the whole ad: the ad server's address in front, ours behind it. */
  function cover(address: string): HTMLAnchorElement {
    const link = document.createElement('a')
    link.href = address
    link.target = '_blank'
    link.rel = 'noopener'
    link.style.cssText = 'position:absolute;left:0;top:0;width:100%;height:100%'
    link.setAttribute('aria-label', 'Advertisement')
    return link
  }

  /**
   * The ad server's click address in clear, empty when there is none: a macro that nobody replaced is no address. Some
   * ad servers encode once more than they say, so what is not yet an address with a query is decoded again.
   */
  function outerClick(written: string, depth: number): string {
    let click = written
    for (
      let done = 0;
      done < depth || (done < 3 && /%(25)*3F/i.test(click) && !click.includes('?'));
      done++
    ) {
      try {
        click = decodeURIComponent(click)
      } catch {
        return ''
      }
    }
    if (!/^https?:\/\/[^/]/i.test(click)) return ''
    try {
      return new URL(click).protocol.startsWith('http') ? click : ''
    } catch {
      return ''
    }
  }

  function settingsOf({ dataset }: HTMLScriptElement): Settings {
    return {
      tag: tokenIn(dataset['polyad'] ?? ''),
      cacheBuster: dataset['cb'] ?? '',
      click: dataset['click'] ?? '',
      depth: Number(dataset['depth'] ?? 0),
    }
  }

  function settingsOfAddress(): Settings {
    const [, tag = '', cacheBuster = '', depth = '0', click = ''] =
      /^#tag=([^&]*)(?:&cb=([^&]*))?(?:&depth=([012])&click=(.*))?$/s.exec(location.hash) ?? []
    return { tag: tokenIn(tag), cacheBuster, click, depth: Number(depth) }
  }

  /** A token is of these letters; anything else could name another path. */
  function tokenIn(text: string): string {
    return /^[\w-]+$/.test(text) ? text : ''
  }

  /** Runs once the picture or document in an element has loaded. */
  function whenShown(element: HTMLElement, run: () => void): void {
    const inner = element.querySelector('iframe, img') ?? element
    if (inner instanceof HTMLImageElement && inner.complete) run()
    else inner.addEventListener('load', run, { once: true })
  }

  /** Fetches `address` once `share` of the element was in view in a tab in front for so long without a break. */
  function watch(element: HTMLElement, share: number, forMs: number, address: string): void {
    let inView = 0
    let timer: number | undefined
    const host = safeFrame()
    const stops: (() => void)[] = []

    const look = (): void => {
      const seen = inView >= share && document.visibilityState === 'visible'
      if (seen) timer ??= window.setTimeout(count, forMs)
      else {
        window.clearTimeout(timer)
        timer = undefined
      }
    }
    const count = (): void => {
      for (const stop of stops) stop()
      fire(address)
    }
    document.addEventListener('visibilitychange', look)
    stops.push(() => document.removeEventListener('visibilitychange', look))

    // A SafeFrame's host knows what of the frame is in view; elsewhere the browser tells it, through frames of others too.
    if (host?.inViewPercentage) {
      const ask = window.setInterval(() => {
        inView = Number(host.inViewPercentage?.()) / 100
        look()
      }, SAFE_FRAME_LOOKS_MS)
      stops.push(() => window.clearInterval(ask))
    } else if ('IntersectionObserver' in window) {
      const observer = new IntersectionObserver(
        (entries) => {
          inView = entries.at(-1)?.intersectionRatio ?? 0
          look()
        },
        { threshold: [0, share] },
      )
      observer.observe(element)
      stops.push(() => observer.disconnect())
    }
  }

  function fire(address: string): void {
    new Image().src = address
  }

  function safeFrame(): SafeFrame | undefined {
    return (window as unknown as { $sf?: { ext?: SafeFrame } }).$sf?.ext
  }
})()
