/**
 * What user agents of robots, link previews, monitors and programs call themselves. Tokens are of public documentation
 * of their makers; the generic ones are those that most name themselves by. Somebody who hides is not found by a list.
 */
export const ROBOTS = {
  asOf: '2026-11-24',
  source: [
    'Google crawlers and fetchers: https://developers.google.com/search/docs/crawling-indexing/overview-google-crawlers',
    'Bing crawlers: https://www.bing.com/webmasters/help/which-crawlers-does-bing-use-8c184ec0',
    'Meta crawlers: https://developers.facebook.com/docs/sharing/webmasters/web-crawlers',
    'Names of HTTP clients: the default User-Agent of curl, Wget, python-requests, Go net/http, Java, libwww-perl',
  ],
  /** Lower case, found anywhere in the lower-case user agent. */
  tokens: [
    'crawl',
    'spider',
    'slurp',
    'archiver',
    'scrapy',
    'headless',
    'phantomjs',
    'puppeteer',
    'lighthouse',
    'pagespeed',
    'gtmetrix',
    'pingdom',
    'uptime',
    'statuscake',
    'mediapartners-google',
    'google-inspectiontool',
    'google-read-aloud',
    'apis-google',
    'feedfetcher',
    'googleimageproxy',
    'google web preview',
    'bingpreview',
    'facebookexternalhit',
    'meta-externalagent',
    'facebookcatalog',
    'whatsapp/',
    'skypeuripreview',
    'embedly',
    'curl/',
    'wget/',
    'python-requests',
    'python-urllib',
    'aiohttp/',
    'httpx/',
    'go-http-client',
    'java/',
    'libwww-perl',
    'apache-httpclient',
    'node-fetch',
    'axios/',
    'undici',
  ],
  /**
   * The word bot at the end of a word (Googlebot, bingbot, AdsBot-Google, Slackbot 1.0), lower case. Cubot makes
   * telephones.
   */
  word: /(?<!\bcu)bot(?![a-z])/,
} as const
