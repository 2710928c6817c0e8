import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from './world.ts'

const webFolder = fileURLToPath(new URL('../../web/public', import.meta.url))

describe('the policy of the page', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false, webFolder })
  })
  afterAll(() => world.close())

  it('lets nothing run or style it but files of this server', async () => {
    const page = await world.ask({ url: '/' })
    expect(page.statusCode).toBe(200)
    const policy = String(page.headers['content-security-policy'])
    expect(policy.split(';')).toEqual(
      expect.arrayContaining(["default-src 'self'", "style-src 'self'", "object-src 'none'"]),
    )
    expect(policy).not.toContain('unsafe')
  })

  it('is one that the page itself keeps to', async () => {
    const markup = await readFile(`${webFolder}/index.html`, 'utf8')
    expect(markup).toContain('<script type="module" src="/main.js"></script>')
    expect(markup).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src="\/)|(?:src|href)="https?:/i)
  })
})
