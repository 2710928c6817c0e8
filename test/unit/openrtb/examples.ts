/**
 * Requests of the shapes that OpenRTB 2.6 shows in 6.2 and Native 1.2 in 6.1, field by field, with names and values of
 * our own: the fields that are not read stand here as they do there, wherever the standard puts them.
 */

const site = {
  id: '4711',
  cat: ['IAB3-1'],
  domain: 'www.news.example',
  page: 'http://www.news.example/today.html',
  publisher: { id: '12', name: 'news.example', cat: ['IAB3-1'], domain: 'news.example' },
}

export const SIMPLE_BANNER = {
  id: '9f1c0de5',
  at: 1,
  cur: ['USD'],
  imp: [{ id: '1', bidfloor: 0.03, banner: { h: 90, w: 728, pos: 0 } }],
  // 6.2.1 has the user inside the site; fields that are not known pass.
  site: { ...site, user: { id: 'reader-1' } },
}

export const EXPANDABLE = {
  id: '9f1c0de6',
  at: 2,
  cur: ['USD'],
  imp: [
    {
      id: '1',
      bidfloor: 0.03,
      iframebuster: ['vendor1.example', 'vendor2.example'],
      banner: { h: 90, w: 728, pos: 0, battr: [13], expdir: [2, 4] },
    },
  ],
  site,
  user: {
    id: 'reader-1',
    buyeruid: 'ours-1',
    data: [
      { id: '6', name: 'car intenders' },
      { id: '7', name: 'data-provider-age', value: '30-40' },
    ],
  },
}

export const MOBILE = {
  id: 'IxAmPlE',
  at: 2,
  bcat: ['IAB25', 'IAB7-39', 'IAB8-18'],
  badv: ['rival.example', 'other.example'],
  imp: [
    {
      id: '1',
      bidfloor: 0.5,
      instl: 0,
      tagid: 'top-of-screen',
      banner: { w: 728, h: 90, pos: 1, btype: [4], battr: [14], api: [3] },
    },
  ],
  app: {
    id: 'weather-app',
    name: 'Weather',
    cat: ['IAB15', 'IAB15-10'],
    ver: '1.0.2',
    bundle: '12345',
    publisher: { id: 'p', name: 'weather', domain: 'www.weather.example' },
  },
  device: {
    dnt: 0,
    ua: 'Mozilla/5.0 (iPhone; CPU iPhone OS 6_1 like Mac OS X)',
    ifa: 'AA000DFE-7416-8477-C70D-291F574D3447',
    carrier: 'CARRIER',
    language: 'en',
    make: 'Maker',
    model: 'Phone',
    os: 'iOS',
    osv: '6.1',
    js: 1,
    connectiontype: 3,
    devicetype: 1,
  },
  user: { id: 'reader-2' },
}

export const VIDEO = {
  id: '1234567893',
  at: 2,
  tmax: 120,
  imp: [
    {
      id: '1',
      bidfloor: 0.03,
      video: {
        w: 640,
        h: 480,
        pos: 1,
        minduration: 5,
        maxduration: 30,
        mimes: ['video/mp4'],
        protocols: [2, 3],
      },
    },
  ],
  site,
  user: {
    id: 'reader-3',
    data: [{ id: '6', name: 'Data Provider', segment: [{ id: '12341318', name: 'car intenders' }] }],
  },
}

export const DIRECT_DEAL = {
  id: '9f1c0de7',
  at: 1,
  cur: ['USD'],
  imp: [
    {
      id: '1',
      bidfloor: 0.03,
      banner: { h: 90, w: 728, pos: 0 },
      pmp: {
        private_auction: 1,
        deals: [
          { id: 'AB-Agency1-0001', at: 1, bidfloor: 2.5, wseat: ['Agency1'] },
          { id: 'XY-Agency2-0001', at: 2, bidfloor: 2, wseat: ['Agency2'] },
        ],
      },
    },
  ],
  site,
  device: { ua: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_6_8)' },
  user: { id: 'reader-1' },
}

/** Native 6.1: an ad in a stream of a social network. */
export const NATIVE_MARKUP_REQUEST = {
  ver: '1.2',
  context: 2,
  contextsubtype: 20,
  plcmttype: 11,
  plcmtcnt: 1,
  aurlsupport: 0,
  privacy: 1,
  eventtrackers: [
    { event: 1, methods: [1, 2] },
    { event: 2, methods: [1] },
  ],
  assets: [
    { id: 123, required: 1, title: { len: 140 } },
    { id: 128, required: 0, img: { wmin: 836, hmin: 627, type: 3 } },
    { id: 124, required: 1, img: { wmin: 50, hmin: 50, type: 1 } },
    { id: 126, required: 1, data: { type: 1, len: 25 } },
    { id: 127, required: 1, data: { type: 2, len: 140 } },
  ],
}

export const NATIVE = {
  id: '9f1c0de8',
  at: 1,
  imp: [{ id: '1', native: { request: JSON.stringify(NATIVE_MARKUP_REQUEST), ver: '1.2', battr: [13, 14] } }],
  site,
}
