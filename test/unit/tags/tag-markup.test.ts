import { describe, expect, it } from 'vitest'
import { AD_SERVERS } from '../../../data/ad-servers.ts'
import { tagMarkup } from '../../../engine/tags/tag-markup.ts'
import { signTag, verifyTag } from '../../../engine/tags/tag-token.ts'
import { signToken, verifyToken } from '../../../engine/tracking/token.ts'

const KEY = new Uint8Array(32).fill(3)
const parts = {
  publicUrl: 'https://ads.example',
  token: 'TOKEN',
  placement: { widthPx: 300, heightPx: 250 },
}

describe('tagMarkup', () => {
  it('is one line each, without click macros where no ad server is named', () => {
    expect(tagMarkup(parts)).toEqual({
      script: {
        markup: '<script async src="https://ads.example/v1/tag.js" data-polyad="TOKEN"></script>',
        depth: null,
      },
      iframe: {
        markup:
          '<iframe src="https://ads.example/v1/tag.html#tag=TOKEN" width="300" height="250" title="Advertisement" ' +
          'scrolling="no" frameborder="0" style="border:0"></iframe>',
        depth: null,
      },
    })
  })

  it('puts the plain macro into the script, the encoded one at the end of the fragment', () => {
    const { script, iframe } = tagMarkup({ ...parts, adServer: 'dv360' })
    expect(script.markup).toBe(
      '<script async src="https://ads.example/v1/tag.js" data-polyad="TOKEN" data-click="${CLICK_URL}" ' +
        'data-depth="0" data-cb="${CACHEBUSTER}"></script>',
    )
    expect(iframe.markup).toContain(
      '/v1/tag.html#tag=TOKEN&amp;cb=${CACHEBUSTER}&amp;depth=1&amp;click=${CLICK_URL_ENC}"',
    )
  })

  it('takes the depth asked for, and says which there are', () => {
    const { script, iframe } = tagMarkup({ ...parts, adServer: 'authorized-buyers', depth: 2 })
    expect([script.depth, iframe.depth]).toEqual([2, 2])
    expect(script.markup).toContain('data-click="%%CLICK_URL_ESC_ESC%%" data-depth="2"')
    expect(() => tagMarkup({ ...parts, adServer: 'xandr', depth: 2 })).toThrow(
      'xandr has no click macro that is encoded 2 times; it has them encoded 0, 1 times',
    )
    expect(() => tagMarkup({ ...parts, adServer: 'xandra' })).toThrow('did you mean xandr?')
  })

  it('has a macro for every ad server, none of which could end an attribute', () => {
    for (const [name, { click, cacheBuster = '' }] of Object.entries(AD_SERVERS)) {
      const tags = tagMarkup({ ...parts, adServer: name })
      expect(tags.script.depth, name).not.toBeNull()
      expect(tags.iframe.depth, name).not.toBeNull()
      for (const macro of [...Object.values(click), cacheBuster]) expect(macro).not.toMatch(/["<>&\s]/)
    }
  })
})

describe('tag tokens', () => {
  const tag = { campaign: 'spring', placement: 'iab-300x250' }

  it('are read back, and any changed letter makes them worthless', () => {
    const token = signTag(KEY, tag)
    expect(verifyTag(KEY, token)).toEqual(tag)
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A'
      expect(verifyTag(KEY, token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined()
    }
    expect(verifyTag(new Uint8Array(32), token)).toBeUndefined()
  })

  it('are never taken for those of trackers, nor the other way round', () => {
    const tracker = {
      decision: 'd',
      campaign: 'spring',
      adUnit: 'a',
      landingUrl: '',
      issuedMs: 0,
      expiresMs: 9,
    }
    expect(verifyToken(KEY, signTag(KEY, tag), 0)).toEqual({ status: 'invalid' })
    expect(verifyTag(KEY, signToken(KEY, tracker))).toBeUndefined()
  })
})
