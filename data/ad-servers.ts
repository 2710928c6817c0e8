/** An ad server or exchange that shows markup of others, and what it replaces in it. */
export interface AdServerRow {
  readonly title: string
  /**
   * The macro that becomes its click address, by how often that address is percent-encoded then. The address ends where
   * the next one is to be appended, percent-encoded once.
   */
  readonly click: { readonly 0?: string; readonly 1?: string; readonly 2?: string }
  /** The macro that becomes a number of its own for every showing. */
  readonly cacheBuster?: string
  readonly source: string
}

export const AD_SERVERS_AS_OF = '2026-11-24'

/** By the name that is given on the command line and in addresses. */
export const AD_SERVERS: Readonly<Record<string, AdServerRow>> = {
  'authorized-buyers': {
    title: 'Google Authorized Buyers (AdX)',
    click: {
      0: '%%CLICK_URL_UNESC%%',
      1: '%%CLICK_URL_ESC%%',
      2: '%%CLICK_URL_ESC_ESC%%',
    },
    cacheBuster: '%%CACHEBUSTER%%',
    source: 'https://support.google.com/adxbuyer/answer/3187591 (names without %%)',
  },
  'google-ad-manager': {
    title: 'Google Ad Manager',
    // Its page says that the escaped form is escaped twice in truth: tags decode until an address is found.
    click: { 0: '%%CLICK_URL_UNESC%%', 1: '%%CLICK_URL_ESC%%' },
    cacheBuster: '%%CACHEBUSTER%%',
    source: 'https://support.google.com/admanager/answer/6081628',
  },
  dv360: {
    title: 'Google Display & Video 360',
    click: { 0: '${CLICK_URL}', 1: '${CLICK_URL_ENC}', 2: '${CLICK_URL_ENC_ENC}' },
    cacheBuster: '${CACHEBUSTER}',
    source: 'https://support.google.com/displayvideo/answer/2789508',
  },
  xandr: {
    title: 'Xandr (Microsoft Invest and Monetize)',
    click: { 0: '${CLICK_URL}', 1: '${CLICK_URL_ENC}' },
    cacheBuster: '${CACHEBUSTER}',
    source: 'https://learn.microsoft.com/en-us/xandr/bidders/xandr-macros',
  },
  mediasmart: {
    title: 'mediasmart',
    click: { 0: '%click_url_unesc%', 1: '%click_url_esc%', 2: '%click_url_esc_esc%' },
    source: 'https://help.mediasmart.io/kb/guide/en/3rd-party-tags-macros-syfDbwEF7f/Steps/3755356',
  },
  'the-trade-desk': {
    title: 'The Trade Desk',
    click: { 0: '%%TTD_CLK%%', 1: '%%TTD_CLK_ESC%%' },
    cacheBuster: '%%TTD_CACHEBUSTER%%',
    source: 'no public page was found: try a tag before it is used',
  },
  adcp: {
    title: 'Ad Context Protocol, universal macros',
    click: { 0: '{CLICK_URL}' },
    cacheBuster: '{CACHEBUSTER}',
    source: 'adcontextprotocol/adcp docs/creative/universal-macros.mdx',
  },
}
